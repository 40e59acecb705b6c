{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='round_key', on_schema_change='fail',
    pre_hook='{{ delete_rounds_to_build() }}'
) }}

-- Names as they are compared across rounds, from the country down: codes change systems and are given to other places.
with places as (
    select
        round_key, place_code, place_level, parent_code,
        {{ name_key('place_name_en') }} as name_key,
        {{ name_key(without_remark('place_name_en')) }} as bare_en,
        {{ name_key(without_remark('place_name_ru')) }} as bare_ru,
        {{ name_key(without_remark('place_name_ky')) }} as bare_ky
    from {{ ref('int_place_observed') }}
    where round_key in (select round_key from {{ source('control', 'round_to_build') }})
),

named as (
    select
        round_key, place_code, place_level, parent_code, name_key,
        {{ without_kind('bare_en') }} as bare_en,
        {{ without_kind('bare_ru') }} as bare_ru,
        {{ without_kind('bare_ky') }} as bare_ky
    from places
),

keyed as (
    select
        round_key, place_code, place_level, parent_code, name_key,
        {{ name_skeleton('bare_en') }} as skeleton,
        {{ name_skeleton('bare_ru') }} as skeleton_ru,
        {{ name_skeleton('bare_ky') }} as skeleton_ky
    from named
),

-- Each place with its parent. The country, at the top, is no part of a path.
stepped as (
    select
        k.round_key, k.place_code, k.place_level, k.parent_code is null as is_top,
        coalesce(k.place_level > p.place_level, k.parent_code is null) as is_below,
        case when k.parent_code is null then '' else '/' || k.name_key end as key_step,
        case when k.parent_code is null then '' else '/' || k.skeleton end as skeleton_step,
        k.parent_code, k.skeleton, k.skeleton_ru, k.skeleton_ky, p.skeleton as parent_skeleton
    from keyed as k
    left join keyed as p on k.round_key = p.round_key and k.parent_code = p.place_code
),

-- Only places that lead up to a top, level by level.
path as (
    select
        a.round_key, a.place_code,
        max(case when s.place_level = 1 and not s.is_top then s.place_code end) as level1_code,
        {{ joined('s.key_step', '', 's.place_level') }} as path_key,
        {{ joined('s.skeleton_step', '', 's.place_level') }} as path_skeleton
    from {{ ref('int_place_ancestor') }} as a
    inner join stepped as s on a.round_key = s.round_key and a.ancestor_code = s.place_code
    group by a.round_key, a.place_code
    having bool_or(s.is_top) and bool_and(s.is_below)
)

select
    s.round_key, s.place_code, s.place_level, s.parent_code, s.skeleton, s.skeleton_ru, s.skeleton_ky,
    p.level1_code, s.parent_skeleton, p.path_key, p.path_skeleton
from path as p
inner join stepped as s on p.round_key = s.round_key and p.place_code = s.place_code
order by s.round_key, s.place_level, s.place_code
