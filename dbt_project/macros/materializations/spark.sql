{# Tables and increments on Spark: Parquet in the candidate's folder (MTM_SPARK_FOLDER), one folder per table. The catalog
   is the candidate's own and empty at first: nothing is renamed, and nothing is dropped. Contracts: the columns must be the
   model's and are cast to its types; keys are checked where the marts come back (warehouse/engine). #}

{% materialization table, adapter='spark', supported_languages=['sql', 'python'] %}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if model.language == 'python' -%}
        {%- call statement('main', language='python') -%} {{ compiled_code }} {%- endcall -%}
    {%- else -%}
        {%- call statement('main') -%} {{ parquet_made_of(target, compiled_code) }} {%- endcall -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Rows of the rounds to build are added to those of the other rounds, which lie there already (warehouse/engine/lake.py). #}
{% materialization incremental, adapter='spark', supported_languages=['sql'] %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is not none -%}
        {%- set columns = columns_of_both_on_spark(target, compiled_code) -%}
        {%- call statement('main') -%}
            insert into {{ target }} select {{ columns }} from ({{ compiled_code }}) as built
        {%- endcall -%}
    {%- else -%}
        {%- call statement('main') -%} {{ parquet_made_of(target, compiled_code) }} {%- endcall -%}
    {%- endif -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization view, adapter='spark' %}
    {%- set target = this.incorporate(type='view') -%}
    {%- call statement('main') -%} create view {{ target }} as {{ compiled_code }} {%- endcall -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Seeds lie there already: the candidate's own, as DuckDB read them. #}
{% materialization seed, adapter='spark' %}
    {%- do store_result('agate_table', response='OK', agate_table=load_agate_table()) -%}
    {%- call noop_statement('main', 'SEED', 'SEED', none) -%} {%- endcall -%}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}

{# The statement that makes a table. #}
{% macro parquet_made_of(target, sql) -%}
    create table {{ target }} using parquet location {{ text_literal(env_var("MTM_SPARK_FOLDER") ~ "/" ~ target.schema ~ "/" ~ target.identifier) }} as
    {% if config.get('contract').enforced -%}
        {%- do must_have_columns(sql) -%}
        select {{ typed_columns() }} from ({{ sql }}) as built
    {%- else -%}
        {{ sql }}
    {%- endif -%}
{%- endmacro %}

{# The columns of a contract, in its order and with its types. #}
{% macro typed_columns() -%}
    {%- set types = {'varchar': 'string', 'integer': 'int', 'timestamp': 'timestamp_ntz'} -%}
    {%- for column in model.columns.values() -%}
        cast({{ column.name }} as {{ types.get(column.data_type | lower, column.data_type) }}) as {{ column.name }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The query must have the columns that the contract tells, no other. #}
{% macro must_have_columns(sql) -%}
    {%- set made = adapter.get_column_schema_from_query(sql) | map(attribute='name') | map('lower') | sort -%}
    {%- set told = model.columns.values() | map(attribute='name') | map('lower') | sort -%}
    {%- if made != told -%}
        {%- do exceptions.raise_compiler_error('the columns of ' ~ model.name ~ ' are not those of its contract: ' ~ made | join(', ')) -%}
    {%- endif -%}
{%- endmacro %}

{# The columns of the stored table, which must be the model's, cast to the stored types. #}
{% macro columns_of_both_on_spark(target, sql) -%}
    {%- set stored = adapter.get_column_schema_from_query('select * from ' ~ target) -%}
    {%- set made = adapter.get_column_schema_from_query(sql) -%}
    {%- if stored | map(attribute='name') | map('lower') | sort != made | map(attribute='name') | map('lower') | sort -%}
        {%- do exceptions.raise_compiler_error('the stored ' ~ target ~ ' has other columns than its model') -%}
    {%- endif -%}
    {%- for column in stored -%} cast({{ column.name }} as {{ column.dtype }}) as {{ column.name }}{{ ', ' if not loop.last }} {%- endfor -%}
{%- endmacro %}
