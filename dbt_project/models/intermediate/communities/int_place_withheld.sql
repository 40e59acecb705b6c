{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='round_key', on_schema_change='fail',
    pre_hook='{{ delete_rounds_to_build() }}'
) }}

-- Places that hold a withheld count, themselves or inside them, by category and table. What is reckoned from the communities of such
-- a place, other than its shown counts, could tell what is withheld in it.
select distinct w.round_key, a.ancestor_code as place_code, w.population_category, w.table_code
from {{ ref('int_cell_withheld') }} as w
inner join {{ ref('int_place_ancestor') }} as a on w.round_key = a.round_key and w.place_code = a.place_code
where a.is_published
order by round_key, place_code, population_category, table_code
