-- Shares by sex, age and place. A part that is withheld or missing leaves no share: the others are not the whole.
with people as (
    select * from {{ ref('mart_population') }}
),

country as (
    select round_key, population_category, individuals
    from people
    where place_level = 0 and sex = 'all' and age_group = 'all' and individuals > 0
),

sexes as (
    select
        round_key, population_category, category_name_en, category_name_ru, category_name_ky, sex, individuals,
        case sex when 'male' then 'men' else 'women' end as sex_name_en,
        case sex when 'male' then 'мужчины' else 'женщины' end as sex_name_ru,
        case sex when 'male' then 'эркектер' else 'аялдар' end as sex_name_ky,
        sum(individuals) over (partition by round_key, population_category) as both_sexes,
        count(individuals) over (partition by round_key, population_category) as known_sexes
    from people
    where place_level = 0 and sex in ('male', 'female') and age_group = 'all'
),

-- Age groups by their bounds: '18-29', '60+'. A group that has no bounds is none of the working ages and no other either.
ages as (
    select
        *,
        try_cast(split_part(replace(age_group, '+', '-999'), '-', 1) as integer) as age_low,
        try_cast(split_part(replace(age_group, '+', '-999'), '-', 2) as integer) as age_high
    from people
    where place_level = 0 and sex in ('male', 'female') and age_group <> 'all'
),

working_age as (
    select
        round_key, population_category, max(category_name_en) as category_name_en,
        max(category_name_ru) as category_name_ru, max(category_name_ky) as category_name_ky,
        sum(individuals) filter (where sex = 'male' and age_low >= 18 and age_high <= 59) as men,
        sum(individuals) as everybody
    from ages
    group by round_key, population_category
    -- All cells known, none across the bounds, and the working ages without a gap.
    having
        count(*) = count(individuals)
        and count(*) = count(*) filter (where age_low >= 18 and age_high <= 59 or age_high < 18 or age_low > 59)
        and sum(age_high - age_low + 1) filter (where sex = 'male' and age_low >= 18 and age_high <= 59) = 42
        and count(distinct sex) = 2
),

-- A place without a figure has no share, and nobody knows which share the others have of the whole.
places as (
    select
        p.round_key, p.operation, p.place_code, p.place_name_en, p.place_name_ru, p.place_name_ky,
        p.population_category, p.category_name_en, p.category_name_ru, p.category_name_ky, p.individuals,
        c.individuals as country_individuals
    from people as p
    inner join country as c on p.round_key = c.round_key and p.population_category = c.population_category
    where p.place_level = 1 and p.sex = 'all' and p.age_group = 'all'
),

-- Which places of a group the round's own geography has: all of them must have a figure.
expected as (
    select r.round_key, g.place_group, count(*) as members
    from {{ ref('place_groups') }} as g
    inner join {{ source('reference', 'round') }} as r on g.operation = r.operation
    inner join {{ ref('dim_place') }} as d
        on r.operation = d.operation and r.geography_vintage = d.geography_vintage and g.place_code = d.place_code
    group by r.round_key, g.place_group
),

place_groups as (
    select
        p.round_key, g.place_group, max(g.group_name_en) as group_name_en,
        max(g.group_name_ru) as group_name_ru, max(g.group_name_ky) as group_name_ky,
        p.population_category, max(p.category_name_en) as category_name_en,
        max(p.category_name_ru) as category_name_ru, max(p.category_name_ky) as category_name_ky,
        sum(p.individuals) as individuals, max(p.country_individuals) as country_individuals
    from places as p
    inner join {{ ref('place_groups') }} as g on p.operation = g.operation and p.place_code = g.place_code
    inner join expected as e on p.round_key = e.round_key and g.place_group = e.place_group
    group by p.round_key, g.place_group, p.population_category
    having count(p.individuals) = max(e.members)
)

select
    {{ figure(
        "'share.sex.' || population_category || '.' || sex", "'share.sex'", '100e0 * individuals / both_sexes',
        indicator="'stock.' || population_category", item='category_name', part='sex_name'
    ) }}
from sexes
where known_sexes = 2 and both_sexes > 0
union all
select
    {{ figure(
        "'share.working_age_men.' || population_category", "'share.working_age_men'", '100e0 * men / everybody',
        indicator="'stock.' || population_category", item='category_name'
    ) }}
from working_age
where everybody > 0
union all
select
    {{ figure(
        "'share.place.' || population_category || '.' || place_code", "'share.place'",
        '100e0 * individuals / country_individuals', indicator="'stock.' || population_category",
        item='category_name', part='place_name'
    ) }}
from places
where individuals is not null
union all
select
    {{ figure(
        "'share.place.' || population_category || '.' || place_group", "'share.place'",
        '100e0 * individuals / country_individuals', indicator="'stock.' || population_category",
        item='category_name', part='group_name'
    ) }}
from place_groups
