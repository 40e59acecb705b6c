select
    o.operation,
    coalesce(o.component, i.component) as component,
    o.indicator_code,
    o.option_code,
    i.indicator_name_en,
    i.indicator_name_ru,
    i.indicator_name_ky,
    o.option_name_en,
    o.option_name_ru,
    o.option_name_ky,
    o.sort_order
from {{ source('reference', 'indicator_option') }} as o
inner join {{ source('reference', 'indicator') }} as i
    on o.operation = i.operation and o.indicator_code = i.indicator_code
    and coalesce(o.component, i.component) = i.component
order by o.operation, component, o.indicator_code, o.sort_order, o.option_code
