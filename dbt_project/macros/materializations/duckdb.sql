{# Tables and increments on DuckDB in few statements. The candidate is a private copy that is thrown away when anything
   fails: a table need not be built beside the old one, renamed and dropped, and its comments go with it. What dbt-duckdb's
   own would check is checked: contracts, and that a stored table has the columns of its model. #}

{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {%- if existing is not none and (not existing.is_table or model.language == 'python') -%}
        {%- do drop_relation_if_exists(existing) -%}
    {%- endif -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- call statement('main', language=model.language) -%} {{ table_made_of(target) }} {%- endcall -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Rows of the rounds to build are replaced: the pre-hook deletes them (delete_rounds_to_build), here they are written. #}
{% materialization incremental, adapter='duckdb', supported_languages=['sql'] %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {%- if existing is not none and not existing.is_table -%}
        {%- do drop_relation_if_exists(existing) -%}
    {%- endif -%}
    {%- if not pre_hooks -%}
        {%- do exceptions.raise_compiler_error('an incremental model needs the pre-hook delete_rounds_to_build()') -%}
    {%- endif -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if is_incremental() -%}
        {%- set columns = columns_of_both(target, compiled_code) -%}
        {%- call statement('main') -%}
            insert into {{ target }} ({{ columns }}) select {{ columns }} from ({{ compiled_code }}) as built
        {%- endcall -%}
    {%- else -%}
        {%- call statement('main') -%} {{ table_made_of(target) }} {%- endcall -%}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# What makes a table anew, with its contract, keys and comments. #}
{% macro table_made_of(target) -%}
    {%- if model.language == 'python' -%}
        {{ py_write_table(temporary=False, relation=target, compiled_code=compiled_code) }}
    {%- elif config.get('contract').enforced -%}
        {%- do get_assert_columns_equivalent(compiled_code) -%}
        create or replace table {{ target }} {{ get_table_columns_and_constraints() }};
        insert into {{ target }} {{ get_column_names() }} ({{ get_select_subquery(compiled_code) }});
        {{ comments(target) }}
    {%- else -%}
        create or replace table {{ target }} as ({{ compiled_code }});
        {{ comments(target) }}
    {%- endif -%}
{%- endmacro %}

{# The columns of a stored table, which must be the model's. #}
{% macro columns_of_both(target, sql) -%}
    {%- if config.get('contract').enforced -%}
        {%- do get_assert_columns_equivalent(sql) -%}
        {%- set made = model.columns.values() -%}
    {%- else -%}
        {%- set made = adapter.get_column_schema_from_query(sql) -%}
    {%- endif -%}
    {%- set stored = adapter.get_column_schema_from_query('select * from ' ~ target) -%}
    {%- if stored | map(attribute='name') | map('lower') | sort != made | map(attribute='name') | map('lower') | sort -%}
        {%- do exceptions.raise_compiler_error('the stored ' ~ target ~ ' has other columns than its model: dbt build --full-refresh') -%}
    {%- endif -%}
    {{ return(get_quoted_csv(stored | map(attribute='name'))) }}
{%- endmacro %}

{# Comments of a table and its columns, where they are persisted. #}
{% macro comments(target) -%}
    {%- if config.persist_relation_docs() and model.description -%}
        comment on table {{ target }} is {{ duckdb_escape_comment(model.description) }};
    {%- endif -%}
    {%- if config.persist_column_docs() -%}
        {%- for name, column in model.columns.items() if column.description %}
            comment on column {{ target }}.{{ adapter.quote(name) }} is {{ duckdb_escape_comment(column.description) }};
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
