{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='round_key', on_schema_change='fail',
    pre_hook='{{ delete_rounds_to_build() }}'
) }}

-- The published places that a counted community lies in: what a later round needs of this one to add it up again.
with communities as (
    select distinct round_key, place_code from {{ ref('stg_canonical__population') }}
)

select c.round_key, c.place_code as community_code, a.ancestor_code, a.ancestor_level
from communities as c
inner join {{ ref('int_place_ancestor') }} as a on c.round_key = a.round_key and c.place_code = a.place_code
where a.is_published
order by c.round_key, c.place_code, a.ancestor_level
