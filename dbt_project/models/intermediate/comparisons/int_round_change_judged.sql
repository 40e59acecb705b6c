-- What may be said of each change, and what must be withheld of it. A reason that forbids the comparison takes the
-- like-for-like figures away: what is left of the difference is coverage and unexplained.
with changes as (
    select
        c.*,
        b.previous_round_key, b.operation, b.component, b.basis, b.window_word, b.definition_word,
        b.definition_en, b.definition_ru, b.definition_ky, b.years_compared, b.is_vintage_unstated,
        o.finest_published_level, o.suppress_from_level, o.small_cell_threshold,
        c.common_communities + c.new_communities as communities,
        c.common_communities + c.gone_communities as previous_communities,
        max(c.common_communities) over (partition by c.round_key) as any_common
    from {{ ref('int_round_change') }} as c
    inner join {{ ref('int_pair_basis') }} as b
        on c.round_key = b.round_key and c.population_category = b.population_category
    inner join {{ source('reference', 'operation') }} as o on b.operation = o.operation
),

shared as (
    select
        *,
        (previous_communities = 0 or communities = 0) and not is_uncertain as is_in_one_round,
        1e0 * common_communities / greatest(previous_communities, communities) as common_share
    from changes
),

reasons as (
    select round_key, population_category, place_code, 1 as reason_order, definition_word as word_code
    from shared where definition_word is not null
    union all
    select round_key, population_category, place_code, 2, 'boundaries_unknown' from shared where is_uncertain
    union all
    select round_key, population_category, place_code, 3, 'place_in_one_round' from shared where is_in_one_round
    union all
    select
        round_key, population_category, place_code, 4,
        case when any_common = 0 then 'other_code_system' else 'few_common' end
    from shared
    where not is_uncertain and not is_in_one_round and common_share < {{ change_rule('few_common_share') }}
    union all
    select round_key, population_category, place_code, 5, window_word from shared where window_word is not null
    union all
    select round_key, population_category, place_code, 6, 'no_pairs_of_years' from shared
    where basis = 'same_years' and like_communities = 0 and common_communities > 0
    union all
    select round_key, population_category, place_code, 7, 'coverage_changed' from shared
    where
        not is_uncertain and common_share >= {{ change_rule('few_common_share') }}
        and common_share < {{ change_rule('enough_common_share') }}
    union all
    select round_key, population_category, place_code, 8, 'years_incomplete' from shared
    where
        basis = 'same_years' and like_communities > 0
        and like_communities < {{ change_rule('complete_years_share') }} * common_communities
    union all
    select round_key, population_category, place_code, 9, 'vintage_unstated' from shared where is_vintage_unstated
),

worded as (
    select
        r.round_key, r.population_category, r.place_code,
        bool_and(w.comparability = 'limited') as is_limited,
        {{ joined('r.word_code', ', ', 'r.reason_order') }} as comparability_codes,
        {%- for lang in ['en', 'ru', 'ky'] %}
        {{ joined(
            'case when r.reason_order = 1 then coalesce(s.definition_' ~ lang ~ ', w.text_' ~ lang ~ ') else w.text_' ~ lang ~ ' end',
            '; ', 'r.reason_order'
        ) }} as reason_{{ lang }}{{ ',' if not loop.last }}
        {%- endfor %}
    from reasons as r
    inner join {{ ref('change_words') }} as w on r.word_code = w.word_code
    inner join shared as s
        on r.round_key = s.round_key and r.population_category = s.population_category and r.place_code = s.place_code
    group by r.round_key, r.population_category, r.place_code
),

compared as (
    select
        s.*,
        case
            when w.comparability_codes is null then 'comparable'
            when w.is_limited then 'limited'
            else 'not_comparable'
        end as comparability,
        w.comparability_codes, w.reason_en, w.reason_ru, w.reason_ky
    from shared as s
    left join worded as w
        on s.round_key = w.round_key and s.population_category = w.population_category and s.place_code = w.place_code
),

-- The parts of the difference. What years and coverage do not account for is unexplained: equality is not forced.
parted as (
    select
        *,
        case when not is_uncertain then individuals - previous_individuals end as total_difference,
        case
            when not is_uncertain then coalesce(new_individuals, 0) - coalesce(gone_individuals, 0)
        end as coverage_effect,
        case when not is_uncertain then coalesce(common_individuals, 0) - coalesce(common_previous, 0) end as common_difference,
        case when comparability <> 'not_comparable' then like_after - like_before end as like_for_like,
        case
            when comparability = 'not_comparable' then null
            when basis = 'whole_total' then cast(0 as bigint)
            else outside
        end as window_effect
    from compared
),

places as (
    select r.round_key, p.place_code, p.parent_code
    from {{ ref('int_round_pair') }} as r
    inner join {{ ref('int_place_observed') }} as p on r.round_key = p.round_key
),

-- Below the published level a sum over very few communities is one community's figure, or nearly.
revealing as (
    select
        d.*,
        p.parent_code,
        d.community_level > d.finest_published_level
        and ({{ reveals('d.new_communities') }} or {{ reveals('d.gone_communities') }} or {{ reveals('d.common_communities') }})
            as reveals_parts,
        d.community_level > d.finest_published_level and d.basis is not null and (
            {{ reveals('d.like_communities') }}
            -- The total of a round, or of its years, less the like-for-like figure is what the other communities told.
            or {{ reveals('d.rest_before') }} or {{ reveals('d.rest_after') }}
        ) as reveals_like,
        d.place_level > 0 and {{ reveals('d.moved_communities') }} as reveals_moved
    from parted as d
    left join places as p on d.round_key = p.round_key and d.place_code = p.place_code
),

-- One place withheld among its neighbours could be told from the place above: the smallest neighbour goes with it, best one
-- that can't be added up from shown places itself.
counted as (
    select
        r.*,
        coalesce(k.withheld_children, 0) > 0 or k.parent_code is null as is_safe_neighbour,
        sum(case when r.reveals_parts then 1 else 0 end) over siblings as parts_withheld,
        sum(case when r.reveals_like then 1 else 0 end) over siblings as likes_withheld
    from revealing as r
    left join (
        select
            round_key, population_category, parent_code,
            sum(case when reveals_parts or reveals_like then 1 else 0 end) as withheld_children
        from revealing
        where parent_code is not null
        group by round_key, population_category, parent_code
    ) as k
        on r.round_key = k.round_key and r.population_category = k.population_category and r.place_code = k.parent_code
    window siblings as (partition by r.round_key, r.population_category, r.place_level, r.parent_code)
),

ordered as (
    select
        *,
        row_number() over (
            partition by round_key, population_category, place_level, parent_code, reveals_parts
            order by is_safe_neighbour desc, communities + previous_communities, place_code
        ) as parts_order,
        row_number() over (
            partition by round_key, population_category, place_level, parent_code, reveals_like
            order by is_safe_neighbour desc, communities + previous_communities, place_code
        ) as like_order
    from counted
)

select
    round_key, population_category, place_code, place_level, community_level, is_uncertain, previous_individuals,
    individuals, previous_households, households, common_communities, new_communities, gone_communities,
    unmatched_communities, like_communities, rest_before, rest_after, common_previous, common_individuals,
    new_individuals, gone_individuals, like_before, like_after, outside, ratio_communities, ratio_p5, ratio_median,
    ratio_p95, moved_communities, previous_round_key, operation, component, basis, window_word, definition_word,
    definition_en, definition_ru, definition_ky, years_compared, is_vintage_unstated, finest_published_level,
    suppress_from_level, small_cell_threshold, communities, previous_communities, is_in_one_round, common_share,
    comparability, comparability_codes, total_difference, coverage_effect, common_difference, like_for_like,
    window_effect, reveals_moved, reason_en, reason_ru, reason_ky,
    reveals_parts or (parts_withheld = 1 and parts_order = 1) as is_parts_withheld,
    reveals_like or (likes_withheld = 1 and like_order = 1)
    or (basis = 'whole_total' and parts_withheld = 1 and parts_order = 1) as is_like_withheld,
    case when like_before > 0 then {{ rounded('100e0 * like_for_like / like_before', 4) }} end as like_for_like_percent,
    case
        when comparability = 'not_comparable' or like_for_like is null
            or like_communities < {{ change_rule('direction_communities') }} then 'cannot_be_told'
        when like_for_like = 0 or abs(100e0 * like_for_like) < {{ change_rule('clear_change_percent') }} * like_before
            then 'no_clear_change'
        when like_for_like > 0 then 'increase'
        else 'decrease'
    end as direction
from ordered
order by round_key, population_category, place_level, place_code
