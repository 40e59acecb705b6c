{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='round_key', on_schema_change='fail',
    pre_hook='{{ delete_rounds_to_build() }}'
) }}

-- Names as they are compared across rounds, from the country down: codes change systems and are given to other places.
with recursive places as (
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
        * exclude (bare_en, bare_ru, bare_ky),
        {{ without_kind('bare_en') }} as bare_en,
        {{ without_kind('bare_ru') }} as bare_ru,
        {{ without_kind('bare_ky') }} as bare_ky
    from places
),

keyed as (
    select
        *,
        {{ name_skeleton('bare_en') }} as skeleton,
        {{ name_skeleton('bare_ru') }} as skeleton_ru,
        {{ name_skeleton('bare_ky') }} as skeleton_ky
    from named
),

path as (
    select
        round_key, place_code, place_level, parent_code, skeleton, skeleton_ru, skeleton_ky,
        null::varchar as level1_code, null::varchar as parent_skeleton, '' as path_key, '' as path_skeleton
    from keyed
    where parent_code is null
    union all
    select
        k.round_key, k.place_code, k.place_level, k.parent_code, k.skeleton, k.skeleton_ru, k.skeleton_ky,
        case when k.place_level = 1 then k.place_code else p.level1_code end, p.skeleton,
        p.path_key || '/' || k.name_key, p.path_skeleton || '/' || k.skeleton
    from keyed as k
    inner join path as p on k.round_key = p.round_key and k.parent_code = p.place_code
    where k.place_level > p.place_level
)

select * from path
order by round_key, place_level, place_code
