{# The declared tests of four kinds (accepted_values, relationships, not_null, unique) of all models and seeds, and the
   foreign keys of several columns (meta: foreign_keys), as one query: one row per test that fails, with its rows. As nodes of their own each would cost a round a tenth of a second and
   Dagster an event more. #}
{% macro declared_failures() -%}
    {%- set parts = [] -%}
    {%- for test in graph.nodes.values() if test.test_metadata and test.test_metadata.name in ('accepted_values', 'relationships', 'not_null', 'unique') -%}
        {%- set kept = test.test_metadata.kwargs -%}
        {%- set arguments = kept.arguments if kept.arguments else kept -%}
        {%- set relation = graph.nodes[test.attached_node].relation_name -%}
        {%- if test.test_metadata.name == 'not_null' -%}
            {%- set broken = kept.column_name ~ ' is null' -%}
        {%- elif test.test_metadata.name == 'unique' -%}
            {%- set broken = kept.column_name ~ ' in (select ' ~ kept.column_name ~ ' from ' ~ relation ~ ' group by 1 having count(*) > 1)' -%}
        {%- elif test.test_metadata.name == 'accepted_values' -%}
            {%- set known -%}
                values {% for value in arguments['values'] %}({{ text_literal(value) }}){{ ", " if not loop.last }}{% endfor %}
            {%- endset -%}
        {%- else -%}
            {%- set target = modules.re.search("ref\\(['\"](\\w+)['\"]\\)", arguments['to']).group(1) -%}
            {%- set known -%} select {{ arguments['field'] }} from {{ graph.nodes['model.mtm.' ~ target].relation_name }} {%- endset -%}
        {%- endif -%}
        {%- if test.test_metadata.name in ('accepted_values', 'relationships') -%}
            {%- set broken = kept.column_name ~ " is not null and cast(" ~ kept.column_name ~ " as string) not in (
                select cast(known as string) from (" ~ known ~ ") as codes(known) where known is not null)" -%}
        {%- endif -%}
        {%- do parts.append("select '" ~ test.name ~ "' as test_name, count(*) as failures from " ~ relation
            ~ " where " ~ broken ~ (" and false" if test.config.severity | lower == 'warn' else "")) -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
        {%- for key in node.config.meta.get('foreign_keys', []) -%}
            {%- set target = graph.nodes['model.mtm.' ~ key['mart']] -%}
            {%- set fields = (target.constraints | selectattr('type', 'equalto', 'primary_key') | first)['columns'] -%}
            {%- set told = [] -%}
            {%- set same = [] -%}
            {%- for column in key['columns'] -%}
                {%- do told.append('f.' ~ column ~ ' is not null') -%}
                {%- do same.append('f.' ~ column ~ ' = t.' ~ fields[loop.index0]) -%}
            {%- endfor -%}
            {%- do parts.append("select '" ~ node.name ~ ' ' ~ key['columns'] | join(', ') ~ ' → ' ~ key['mart']
                ~ "' as test_name, count(*) as failures from " ~ node.relation_name ~ ' as f where ' ~ told | join(' and ')
                ~ ' and not exists (select 1 from ' ~ target.relation_name ~ ' as t where ' ~ same | join(' and ') ~ ')') -%}
        {%- endfor -%}
    {%- endfor -%}
    select test_name, failures from ({{ parts | join('\nunion all\n') }}) as declared where failures > 0
{%- endmacro %}
