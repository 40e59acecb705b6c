{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='round_key', on_schema_change='fail',
    pre_hook='{{ delete_rounds_to_build() }}'
) }}

-- Places that hold a withheld count, themselves or inside them, by category and table. What is reckoned from the communities of such
-- a place, other than its shown counts, could tell what is withheld in it.
with recursive places as (
    select distinct round_key, population_category, place_code, parent_code
    from {{ ref('int_count_cell') }}
),

inside as (
    select distinct w.round_key, w.population_category, w.table_code, w.place_code, p.parent_code
    from {{ ref('int_cell_withheld') }} as w
    inner join places as p
        on w.round_key = p.round_key and w.population_category = p.population_category and w.place_code = p.place_code
    union
    select i.round_key, i.population_category, i.table_code, p.place_code, p.parent_code
    from inside as i
    inner join places as p
        on i.round_key = p.round_key and i.population_category = p.population_category and i.parent_code = p.place_code
)

select distinct round_key, place_code, population_category, table_code
from inside
order by round_key, place_code, population_category, table_code
