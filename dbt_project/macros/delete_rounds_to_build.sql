{# Pre-hook of everything that is kept round by round. delete+insert deletes only rounds that yield rows;
   a corrected delivery may yield none, and its old rows must go all the same. #}
{% macro delete_rounds_to_build() -%}
    {% if is_incremental() %}
        delete from {{ this }}
        where round_key in (select round_key from {{ source('control', 'round_to_build') }})
    {% endif %}
{%- endmacro %}
