select
    c.operation,
    c.from_vintage,
    c.from_code,
    f.place_name_en as from_name_en,
    coalesce(f.place_name_ru, f.place_name_en) as from_name_ru,
    coalesce(f.place_name_ky, f.place_name_en) as from_name_ky,
    c.to_vintage,
    c.to_code,
    t.place_name_en as to_name_en,
    coalesce(t.place_name_ru, t.place_name_en) as to_name_ru,
    coalesce(t.place_name_ky, t.place_name_en) as to_name_ky,
    t.place_level,
    c.share,
    c.share_basis,
    c.share is null as is_unknown,
    c.note,
    c.crosswalk_source
from {{ source('reference', 'place_crosswalk') }} as c
left join {{ source('reference', 'place') }} as f
    on c.operation = f.operation and c.from_vintage = f.geography_vintage and c.from_code = f.place_code
left join {{ source('reference', 'place') }} as t
    on c.operation = t.operation and c.to_vintage = t.geography_vintage and c.to_code = t.place_code
order by c.operation, c.from_vintage, c.to_vintage, t.place_level, c.from_code, c.to_code
