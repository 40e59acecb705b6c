{%- set languages = ['en', 'ru', 'ky'] -%}
with changes as (
    select
        c.*, r.previous_window_start, r.previous_window_end, r.window_start, r.window_end, r.is_synthetic, r.vintages_differ,
        coalesce(r.vintage, 'observed') as geography_vintage
    from {{ ref('int_round_change_judged') }} as c
    inner join {{ ref('int_round_pair') }} as r on c.round_key = r.round_key
),

-- The later round's name of a place; the earlier one's where only that round has it.
places as (
    select r.round_key, p.place_code, p.parent_code, p.place_name_en, p.place_name_ru, p.place_name_ky, 1 as place_order
    from {{ ref('int_round_pair') }} as r
    inner join {{ ref('int_place_observed') }} as p on r.round_key = p.round_key
    union all
    select r.round_key, p.place_code, p.parent_code, p.place_name_en, p.place_name_ru, p.place_name_ky, 2
    from {{ ref('int_round_pair') }} as r
    inner join {{ ref('int_place_observed') }} as p on r.previous_round_key = p.round_key
    where not r.vintages_differ
),

named as (
    select round_key, place_code, parent_code, place_name_en, place_name_ru, place_name_ky
    from (
        select *, row_number() over (partition by round_key, place_code order by place_order) as name_order
        from places
    ) as p
    where name_order = 1
),

-- What the totals themselves withhold is withheld here.
totals as (
    select round_key, place_code, population_category, individuals, is_suppressed
    from {{ ref('mart_population') }}
    where sex = 'all' and age_group = 'all'
),

-- Sums over the communities of a place tell what is withheld in it, in either round.
held as (
    select round_key, population_category, place_code
    from {{ ref('int_place_withheld') }}
    group by round_key, population_category, place_code
),

holding as (
    select distinct round_key, population_category from held
),

judged as (
    select
        c.*,
        p.parent_code, p.place_name_en, p.place_name_ru, p.place_name_ky,
        {{ is_small_cell('c.individuals') }} or {{ is_small_cell('c.previous_individuals') }}
        or {{ is_small_cell('c.households') }} or {{ is_small_cell('c.previous_households') }}
        or coalesce(t.is_suppressed, false) or coalesce(e.is_suppressed, false) or c.reveals_moved
        -- Where anything is withheld in the category, only totals that stand in mart_population: others are of other communities.
        or (
            (k.round_key is not null or m.round_key is not null)
            and (
                (c.vintages_differ and c.place_level > 0)
                or c.individuals is distinct from t.individuals or c.previous_individuals is distinct from e.individuals
            )
        ) as is_suppressed,
        h.round_key is not null or b.round_key is not null as holds_withheld
    from changes as c
    inner join named as p on c.round_key = p.round_key and c.place_code = p.place_code
    left join totals as t
        on c.round_key = t.round_key and c.place_code = t.place_code and c.population_category = t.population_category
    left join totals as e
        on c.previous_round_key = e.round_key and c.place_code = e.place_code
        and c.population_category = e.population_category and (not c.vintages_differ or c.place_level = 0)
    left join held as h
        on c.round_key = h.round_key and c.place_code = h.place_code and c.population_category = h.population_category
    left join held as b
        on c.previous_round_key = b.round_key and c.place_code = b.place_code
        and c.population_category = b.population_category
    left join holding as k on c.round_key = k.round_key and c.population_category = k.population_category
    left join holding as m on c.previous_round_key = m.round_key and c.population_category = m.population_category
),

shown as (
    select
        *,
        is_suppressed or is_parts_withheld or holds_withheld as no_parts,
        is_suppressed or is_like_withheld or holds_withheld or comparability = 'not_comparable' as no_like,
        case when not is_suppressed and not is_uncertain then previous_individuals end as shown_previous,
        case when not is_suppressed then individuals end as shown_individuals,
        case when not is_suppressed then total_difference end as shown_difference,
        case
            when not is_suppressed and comparability <> 'not_comparable' and previous_individuals > 0
                then {{ rounded('100e0 * total_difference / previous_individuals', 4) }}
        end as shown_percent
    from judged
),

final as (
    select
        round_key,
        previous_round_key,
        operation,
        component,
        geography_vintage,
        place_code,
        place_level,
        parent_code,
        place_name_en,
        place_name_ru,
        place_name_ky,
        population_category,
        shown_previous as previous_individuals,
        shown_individuals as current_individuals,
        shown_difference as total_difference,
        shown_percent as total_difference_percent,
        case when not no_like then like_for_like end as like_for_like,
        case when not no_parts then coverage_effect end as coverage_effect,
        -- Beside the total and the coverage effect they would tell a like-for-like figure that is withheld.
        case when not no_parts and not is_like_withheld then window_effect end as window_effect,
        case when not no_parts and not is_like_withheld then common_difference - coalesce(like_for_like, 0) - coalesce(window_effect, 0) end as unexplained,
        case when comparability <> 'not_comparable' then basis end as like_for_like_basis,
        case when comparability <> 'not_comparable' then years_compared end as years_compared,
        case when not no_like then like_before end as like_for_like_previous,
        case when not no_like then like_after end as like_for_like_current,
        case when not no_like then like_for_like_percent end as like_for_like_percent,
        case when holds_withheld then 'cannot_be_told' else direction end as direction,
        -- Of the totals as they stand, and not of what is compared like for like.
        case
            when comparability = 'not_comparable' or (previous_window_start is distinct from window_start) then 'not_comparable'
            when
                comparability = 'limited' or (previous_window_end is distinct from window_end)
                or coalesce(new_communities, 0) + coalesce(gone_communities, 0) > 0
                then 'limited'
            else 'comparable'
        end as totals_comparability,
        comparability,
        comparability_codes,
        reason_en as comparability_reason_en,
        reason_ru as comparability_reason_ru,
        reason_ky as comparability_reason_ky,
        case when not is_uncertain then previous_communities end as previous_communities,
        communities as current_communities,
        common_communities,
        new_communities,
        case when not is_uncertain then gone_communities end as gone_communities,
        case when not is_uncertain then unmatched_communities end as unmatched_communities,
        like_communities as like_for_like_communities,
        case when not no_parts then common_previous end as common_previous_individuals,
        case when not no_parts then common_individuals end as common_current_individuals,
        case when not no_parts then new_individuals end as new_individuals,
        case when not no_parts and not is_uncertain then gone_individuals end as gone_individuals,
        {%- for ratio in ['ratio_p5', 'ratio_median', 'ratio_p95'] %}
        case
            when not no_like and ratio_communities >= {{ change_rule('ratio_communities') }} then {{ rounded(ratio, 4) }}
        end as {{ ratio }},
        {%- endfor %}
        previous_window_start,
        previous_window_end,
        window_start,
        window_end,
        is_suppressed,
        not is_suppressed and (is_parts_withheld or is_like_withheld or holds_withheld) as is_withheld_in_part,
        is_synthetic
    from shown
)

select
    f.round_key, f.previous_round_key, f.operation, f.component, f.geography_vintage, f.place_code, f.place_level, f.parent_code,
    f.place_name_en, f.place_name_ru, f.place_name_ky, f.population_category,
    {%- for lang in languages %}
    coalesce(c.category_name_{{ lang }}, f.population_category) as category_name_{{ lang }},
    {%- endfor %}
    f.previous_individuals, f.current_individuals, f.total_difference, f.total_difference_percent,
    f.like_for_like, f.coverage_effect, f.window_effect, f.unexplained, f.like_for_like_basis, f.years_compared,
    f.like_for_like_previous, f.like_for_like_current, f.like_for_like_percent,
    f.direction,
    {%- for lang in languages %}
    d.text_{{ lang }} as direction_name_{{ lang }},
    {%- endfor %}
    f.totals_comparability, f.comparability, f.comparability_codes,
    f.comparability_reason_en, f.comparability_reason_ru, f.comparability_reason_ky,
    {%- for lang in languages %}
    case
        when f.is_suppressed
            then {{ sentence('withheld', lang, {'category': 'coalesce(c.category_name_' ~ lang ~ ', f.population_category)'}) }}
        else
            case
                when f.total_difference_percent is null then {{ sentence('totals_only', lang, {
                    'category': 'coalesce(c.category_name_' ~ lang ~ ', f.population_category)',
                    'previous': number_text('f.previous_individuals', lang), 'current': number_text('f.current_individuals', lang)}) }}
                else {{ sentence('totals', lang, {
                    'category': 'coalesce(c.category_name_' ~ lang ~ ', f.population_category)',
                    'previous': number_text('f.previous_individuals', lang), 'current': number_text('f.current_individuals', lang),
                    'percent': signed_percent('f.total_difference_percent', lang)}) }}
            end
            || case
                when f.new_communities + f.gone_communities > 0 and f.coverage_effect is not null then ' ' || {{ sentence('coverage', lang, {
                    'new': number_text('f.new_communities', lang), 'gone': number_text('f.gone_communities', lang),
                    'coverage': signed('f.coverage_effect', lang)}) }}
                else ''
            end
            || case
                when f.like_for_like_basis = 'same_years' and f.window_effect is not null
                    then ' ' || {{ sentence('window', lang, {'window': signed('f.window_effect', lang)}) }}
                else ''
            end
            || ' ' || case
                when f.comparability = 'not_comparable' then {{ change_word('not_comparable', lang) }}
                when f.like_for_like is null then {{ sentence('direction_only', lang, {'direction': 'coalesce(r.text_' ~ lang ~ ', d.text_' ~ lang ~ ')'}) }}
                when f.like_for_like_basis = 'same_years' then {{ sentence('same_years', lang, {
                    'years': 'f.years_compared', 'common': number_text('f.like_for_like_communities', lang),
                    'before': number_text('f.like_for_like_previous', lang), 'after': number_text('f.like_for_like_current', lang),
                    'change': signed_percent('f.like_for_like_percent', lang), 'direction': 'coalesce(r.text_' ~ lang ~ ', d.text_' ~ lang ~ ')'}) }}
                else {{ sentence('whole_total', lang, {
                    'common': number_text('f.like_for_like_communities', lang),
                    'before': number_text('f.like_for_like_previous', lang), 'after': number_text('f.like_for_like_current', lang),
                    'change': signed_percent('f.like_for_like_percent', lang), 'direction': 'd.text_' ~ lang}) }}
            end
            || case when f.comparability_reason_{{ lang }} is null then '' else ' ' || f.comparability_reason_{{ lang }} || '.' end
    end as summary_{{ lang }},
    {%- endfor %}
    f.previous_communities, f.current_communities, f.common_communities, f.new_communities, f.gone_communities,
    f.unmatched_communities, f.like_for_like_communities,
    f.common_previous_individuals, f.common_current_individuals, f.new_individuals, f.gone_individuals,
    f.ratio_p5, f.ratio_median, f.ratio_p95,
    f.previous_window_start, f.previous_window_end, f.window_start, f.window_end,
    f.is_suppressed, f.is_withheld_in_part, f.is_synthetic
from final as f
left join {{ ref('population_categories') }} as c on f.population_category = c.population_category
left join {{ ref('change_words') }} as d on f.direction = d.word_code and d.word_type = 'direction'
-- The same years told again are revised: nobody came or left.
left join {{ ref('change_words') }} as r
    on f.like_for_like_basis = 'same_years' and 'retold_' || f.direction = r.word_code
order by f.round_key, f.place_level, f.place_code, f.population_category
