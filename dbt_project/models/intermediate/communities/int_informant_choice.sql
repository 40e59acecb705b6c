-- Several key informants may speak of one place. The one with the lower median total is believed, with all parts:
-- a real answer, not a mixture. Rows of a site-grained round are different sites, and all count.
with totals as (
    select
        round_key,
        row_id,
        place_code,
        population_category,
        sum(value) filter (
            where dimension = 'total' and unit = 'individuals' and sex = 'all' and age_group = 'all' and is_counted
        )::bigint as individuals,
        sum(value) filter (
            where dimension = 'total' and unit = 'households' and sex = 'all' and age_group = 'all' and is_counted
        )::bigint as households
    from {{ ref('stg_canonical__population') }}
    group by round_key, row_id, place_code, population_category
),

ranked as (
    select
        t.*,
        r.row_grain,
        row_number() over (
            partition by t.round_key, t.place_code, t.population_category order by t.individuals nulls last, t.row_id
        ) as place_row,
        count(t.individuals) over (partition by t.round_key, t.place_code, t.population_category) as informants_with_total
    from totals as t
    inner join {{ source('reference', 'round') }} as r on t.round_key = r.round_key
)

select
    round_key,
    row_id,
    place_code,
    population_category,
    row_grain,
    individuals,
    households,
    -- Lower median: the 1st of 1 or 2, the 2nd of 3 or 4. Without any total the first row_id stands.
    row_grain <> 'informant' or place_row = greatest(floor((informants_with_total + 1) / 2), 1) as is_chosen
from ranked
