{{ config(materialized='view') }}

-- All counts of the rows that stand for their place. A view: engines write down what is named twice, and this is nearly as long as
-- the delivery. Rows that do not stand are the few: no engine need hold the many beside the counts.
with set_aside as (
    select round_key, row_id, population_category
    from {{ ref('int_informant_choice') }}
    where not is_chosen
)

select p.*
from {{ ref('stg_canonical__population') }} as p
anti join set_aside as s
    on p.round_key = s.round_key and p.row_id = s.row_id and p.population_category = s.population_category
