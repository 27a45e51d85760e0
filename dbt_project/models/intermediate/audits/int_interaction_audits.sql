-- One row per audit and question: the first reading, and beside it the second where there is one.

with readings as (
    select * from {{ ref('stg_files__interaction_audits') }}
    where not is_deleted
),

contacts as (select * from {{ ref('int_auditable_contacts') }}),

first_readings as (
    select
        readings.*,
        {{ surrogate_key([
            'readings.source_slug', 'readings.touchpoint_type', 'readings.source_record_id'
        ]) }} as touchpoint_key
    from readings
    where readings.rating_type = 'first'
),

second_readings as (
    select * from readings
    where rating_type = 'second'
),

final as (
    select
        first_readings.audit_id,
        first_readings.question_slug,
        first_readings.form_slug,
        first_readings.touchpoint_key,
        contacts.agent_id,
        first_readings.auditor_id,
        second_readings.auditor_id as second_auditor_id,
        first_readings.audited_at,
        cast(first_readings.audited_at as date) as audited_on,
        contacts.handled_at,
        coalesce(contacts.channel_slug, 'unknown') as channel_slug,
        first_readings.answer_type,
        second_readings.answer_type as second_answer_type,
        coalesce(first_readings.is_auto_fail, false) as is_auto_fail,
        second_readings.audit_id is not null as has_second_reading,
        first_readings.question_name,
        first_readings.earned_points,
        first_readings.possible_points
    from first_readings
    left join second_readings
        on
            first_readings.audit_id = second_readings.audit_id
            and first_readings.question_slug = second_readings.question_slug
    left join contacts on first_readings.touchpoint_key = contacts.touchpoint_key
)

select * from final
