{# Ways up through places by the explicit code of the parent, without recursion: not every engine has it. #}

{# Every code above a place, and its own: round_key, place_code, ancestor_code (null where a way is shorter than the longest).
   `starts` and `tree` are tables with round_key, place_code and parent_code; a way goes on as long as the tree knows the code, and
   a circle ends where it closes. The longest way has six steps: levels go down from country (0) to settlement (4). #}
{% macro places_above(starts, tree) -%}
    {%- set most_steps = 6 -%}
    select
        w.round_key,
        w.place_code,
        case n.step
            when 0 then w.place_code
            {%- for step in range(1, most_steps + 1) %}
            when {{ step }} then case
                when w.up_{{ step }} not in (w.place_code{% for lower in range(1, step) %}, w.up_{{ lower }}{% endfor %}) then w.up_{{ step }}
            end
            {%- endfor %}
        end as ancestor_code
    from (
        select
            s.round_key, s.place_code, s.parent_code as up_1
            {%- for step in range(2, most_steps + 1) %}, l.up_{{ step }}{% endfor %}
        from {{ starts }} as s
        left join (
            select
                t1.round_key, t1.place_code
                {%- for step in range(1, most_steps) %}, t{{ step }}.parent_code as up_{{ step + 1 }}{% endfor %}
            from {{ tree }} as t1
            {%- for step in range(2, most_steps) %}
            left join {{ tree }} as t{{ step }}
                on t1.round_key = t{{ step }}.round_key and t{{ step - 1 }}.parent_code = t{{ step }}.place_code
            {%- endfor %}
        ) as l on s.round_key = l.round_key and s.parent_code = l.place_code
    ) as w
    cross join (
        {%- for step in range(most_steps + 1) %} select {{ step }} as step{{ ' union all' if not loop.last }}{% endfor %}
    ) as n
{%- endmacro %}
