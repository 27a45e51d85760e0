-- One row per stream: the newest moment that any of its records bears.

{{ config(materialized='view') }}

{# A snapshot says what is true when it is read, so its moment is the reading. #}
{% set streams = [
    ('zendesk', 'tickets', 'stg_zendesk__tickets', 'generated_at'),
    ('zendesk', 'ticket_metric_events', 'stg_zendesk__ticket_metric_events', 'event_at'),
    ('zendesk', 'users', 'stg_zendesk__users', 'updated_at'),
    ('zendesk', 'organizations', 'stg_zendesk__organizations', 'updated_at'),
    ('zendesk', 'calls', 'stg_zendesk__calls', 'updated_at'),
    ('zendesk', 'legs', 'stg_zendesk__legs', 'updated_at'),
    ('zendesk', 'agent_activity', 'stg_zendesk__agent_activity', 'snapshot_at'),
    ('zendesk', 'satisfaction_ratings', 'stg_zendesk__satisfaction_ratings', 'updated_at'),
    ('zendesk', 'survey_responses', 'stg_zendesk__survey_responses', 'updated_at'),
    ('hubspot', 'contacts', 'stg_hubspot__contacts', 'updated_at'),
    ('hubspot', 'companies', 'stg_hubspot__companies', 'updated_at'),
    ('hubspot', 'deals', 'stg_hubspot__deals', 'updated_at'),
    ('hubspot', 'line_items', 'stg_hubspot__line_items', 'updated_at'),
    ('hubspot', 'tickets', 'stg_hubspot__tickets', 'updated_at'),
    ('hubspot', 'feedback_submissions', 'stg_hubspot__feedback_submissions', 'updated_at'),
    ('hubspot', 'subscriptions', 'stg_hubspot__subscriptions', 'updated_at'),
    ('hubspot', 'pipelines', 'stg_hubspot__pipelines', '_extracted_at'),
    ('hubspot', 'owners', 'stg_hubspot__owners', '_extracted_at'),
    ('hubspot', 'contacts_ids', 'stg_hubspot__contacts_ids', 'last_seen_at'),
    ('ga4', 'events', 'stg_ga4__events', 'event_at'),
    ('ga4', 'report_daily', 'stg_ga4__report_daily', 'report_on'),
    ('x', 'search_posts', 'stg_x__search_posts', 'created_at'),
    ('x', 'mentions', 'stg_x__mentions', 'created_at'),
    ('x', 'own_posts', 'stg_x__own_posts', 'created_at'),
    ('x', 'post_metrics', 'stg_x__post_metrics', 'snapshot_at'),
    ('servicenow', 'incident', 'stg_servicenow__incident', 'updated_at'),
    ('servicenow', 'sc_req_item', 'stg_servicenow__sc_req_item', 'updated_at'),
    ('servicenow', 'task_sla', 'stg_servicenow__task_sla', 'updated_at'),
    ('servicenow', 'sys_user_group', 'stg_servicenow__sys_user_group', 'updated_at'),
    ('servicenow', 'sys_audit_delete', 'stg_servicenow__sys_audit_delete', 'deleted_at'),
    ('search_console', 'by_query_page', 'stg_search_console__by_query_page', 'report_on'),
    ('search_console', 'by_date', 'stg_search_console__by_date', 'report_on'),
    ('facebook', 'page_counters', 'stg_facebook__page_counters', 'snapshot_at'),
    ('facebook', 'published_posts', 'stg_facebook__published_posts', 'updated_at'),
    ('facebook', 'comments', 'stg_facebook__comments', 'created_at'),
    ('facebook', 'page_insights', 'stg_facebook__page_insights', 'report_on'),
    ('facebook', 'ratings', 'stg_facebook__ratings', 'created_at'),
    ('typeform', 'responses', 'stg_typeform__responses', 'submitted_at'),
    ('typeform', 'responses_ids', 'stg_typeform__responses_ids', 'last_seen_at'),
    ('files', 'acd_intervals', 'stg_files__acd_intervals', 'started_at'),
    ('files', 'agent_roster', 'stg_files__agent_roster', '_cursor'),
    ('files', 'brand_posts', 'stg_files__brand_posts', 'published_at'),
    ('files', 'interaction_audits', 'stg_files__interaction_audits', 'audited_at'),
    ('x', 'compliance', 'stg_x__compliance', '_extracted_at'),
    ('bluesky', 'search_posts', 'stg_bluesky__search_posts', 'created_at'),
    ('bluesky', 'own_posts', 'stg_bluesky__own_posts', 'created_at'),
    ('bluesky', 'post_metrics', 'stg_bluesky__post_metrics', 'snapshot_at'),
    ('bluesky', 'profile', 'stg_bluesky__profile', 'snapshot_at'),
] %}

with final as (
    {% for source_slug, stream_slug, model, moment in streams %}
    select
        '{{ source_slug }}' as source_slug,
        '{{ stream_slug }}' as stream_slug,
        cast(max(records.{{ moment }}) as timestamp) as last_record_at
    from {{ ref(model) }} as records
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
