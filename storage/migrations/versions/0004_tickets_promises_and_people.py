"""tickets promises and people"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calendarnotice',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('calendar', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('days', sa.JSON(), nullable=False),
    sa.Column('loaded_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('loaded_by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendarnotice'))
    )
    op.create_table('staffroom',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('room', sqlmodel.sql.sqltypes.AutoString(length=48), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('thread', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
    sa.Column('card_wanted', sa.Boolean(), nullable=False),
    sa.Column('closed', sa.Boolean(), nullable=False),
    sa.Column('shown', sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
    sa.Column('card_hash', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staffroom')),
    sa.UniqueConstraint('channel', 'address', 'room', name=op.f('uq_staffroom_channel_address_room'))
    )
    op.create_table('staffcode',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('expires_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('used_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staffcode_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staffcode')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_staffcode_code_hash'))
    )
    with op.batch_alter_table('staffcode', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staffcode_staff_id'), ['staff_id'], unique=False)

    op.create_table('auditrecord',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('actor', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('act', sqlmodel.sql.sqltypes.AutoString(length=48), nullable=False),
    sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('allowed', sa.Boolean(), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_auditrecord_person_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_auditrecord_staff_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_auditrecord_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_auditrecord'))
    )
    with op.batch_alter_table('auditrecord', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_auditrecord_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_auditrecord_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_auditrecord_staff_id'), ['staff_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_auditrecord_ticket_id'), ['ticket_id'], unique=False)

    op.create_table('downgrade',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('from_kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('to_kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('asked_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('asked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('approved', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['asked_by'], ['staff.id'], name=op.f('fk_downgrade_asked_by')),
    sa.ForeignKeyConstraint(['decided_by'], ['staff.id'], name=op.f('fk_downgrade_decided_by')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_downgrade_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_downgrade'))
    )
    with op.batch_alter_table('downgrade', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_downgrade_ticket_id'), ['ticket_id'], unique=False)

    op.create_table('revision',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('message_ref', sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('before', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('text', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_revision_person_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_revision_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revision'))
    )
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_revision_message_ref'), ['message_ref'], unique=False)
        batch_op.create_index(batch_op.f('ix_revision_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_revision_ticket_id'), ['ticket_id'], unique=False)

    op.create_table('waitingform',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('topic', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('step', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('collected', sa.JSON(), nullable=False),
    sa.Column('draft_key', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('expires_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_waitingform_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waitingform')),
    sa.UniqueConstraint('person_id', 'topic', name=op.f('uq_waitingform_person_id_topic'))
    )
    with op.batch_alter_table('waitingform', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_waitingform_person_id'), ['person_id'], unique=False)

    op.create_table('survey',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('asked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('mark', sa.Integer(), nullable=True),
    sa.Column('answered_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_survey_person_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_survey_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey')),
    sa.UniqueConstraint('ticket_id', 'round', name=op.f('uq_survey_ticket_id_round'))
    )
    with op.batch_alter_table('survey', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_survey_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_survey_ticket_id'), ['ticket_id'], unique=False)

    op.create_table('ticketpause',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('actor', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_ticketpause_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticketpause'))
    )
    with op.batch_alter_table('ticketpause', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ticketpause_ticket_id'), ['ticket_id'], unique=False)

    op.create_table('promisealarm',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('promise_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rung', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('limit_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['promise_id'], ['ticketpromise.id'], name=op.f('fk_promisealarm_promise_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promisealarm')),
    sa.UniqueConstraint('promise_id', 'rung', 'limit_at', name=op.f('uq_promisealarm_promise_id_rung_limit_at'))
    )
    with op.batch_alter_table('promisealarm', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_promisealarm_promise_id'), ['promise_id'], unique=False)

    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.add_column(sa.Column('label', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('album', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('material', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False, server_default='none'))
        batch_op.add_column(sa.Column('content_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True))
        batch_op.add_column(sa.Column('media_type', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('attempts', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('not_before', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('message_ref', sqlmodel.sql.sqltypes.AutoString(length=160), nullable=True))
        batch_op.create_index(batch_op.f('ix_evidence_content_hash'), ['content_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_evidence_message_ref'), ['message_ref'], unique=False)
        batch_op.create_index(batch_op.f('ix_evidence_state'), ['state'], unique=False)

    with op.batch_alter_table('handoverrequest', schema=None) as batch_op:
        batch_op.add_column(sa.Column('priority', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('claimed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('claimed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('claim_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('returned', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('first_asked_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('told_place', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('closed_by', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))
        batch_op.create_index(batch_op.f('ix_handoverrequest_answered_by'), ['answered_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_handoverrequest_claim_until'), ['claim_until'], unique=False)
        batch_op.create_index(batch_op.f('ix_handoverrequest_claimed_by'), ['claimed_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_handoverrequest_first_asked_id'), ['first_asked_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_handoverrequest_first_asked_id'), 'staff', ['first_asked_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_handoverrequest_claimed_by'), 'staff', ['claimed_by'], ['id'])

    with op.batch_alter_table('outgoing', schema=None) as batch_op:
        batch_op.add_column(sa.Column('room', sqlmodel.sql.sqltypes.AutoString(length=48), nullable=True))
        batch_op.add_column(sa.Column('relay_of', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True))
        batch_op.add_column(sa.Column('reported', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=True))
        batch_op.add_column(sa.Column('announces', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f('ix_outgoing_relay_of'), ['relay_of'], unique=False)
        batch_op.create_index(
            'ix_outgoing_unreported',
            ['id'],
            unique=False,
            sqlite_where=sa.text('relay_of IS NOT NULL AND reported IS NULL'),
            postgresql_where=sa.text('relay_of IS NOT NULL AND reported IS NULL'),
        )

    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('message_ref', sqlmodel.sql.sqltypes.AutoString(length=160), nullable=True))
        batch_op.add_column(sa.Column('draft_key', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True))
        batch_op.create_index(batch_op.f('ix_inbox_message_ref'), ['message_ref'], unique=False)

    # What Telegram still has of earlier evidence is fetched now.
    op.execute("UPDATE evidence SET state = 'waiting' WHERE channel = 'telegram' AND kind <> 'location'")

    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.add_column(sa.Column('team', sqlmodel.sql.sqltypes.AutoString(length=24), nullable=False, server_default='desk'))
        batch_op.add_column(sa.Column('capacity', sa.Integer(), nullable=False, server_default='3'))
        batch_op.add_column(sa.Column('on_duty', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column('removed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))

    with op.batch_alter_table('ticket', schema=None) as batch_op:
        batch_op.add_column(sa.Column('first_asked_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('team', sqlmodel.sql.sqltypes.AutoString(length=24), nullable=False, server_default='desk'))
        batch_op.add_column(sa.Column('confidential', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('anonymous', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('merged_into_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('split_from_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('follows_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('resolved_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('ask_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('asked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('place_key', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False, server_default=''))
        batch_op.create_index(batch_op.f('ix_ticket_place_key'), ['place_key'], unique=False)
        batch_op.add_column(sa.Column('reopened', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('urged_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_index(batch_op.f('ix_ticket_ask_at'), ['ask_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_ticket_first_asked_id'), ['first_asked_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ticket_follows_id'), ['follows_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ticket_merged_into_id'), ['merged_into_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ticket_split_from_id'), ['split_from_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_ticket_follows_id'), 'ticket', ['follows_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_ticket_split_from_id'), 'ticket', ['split_from_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_ticket_first_asked_id'), 'staff', ['first_asked_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_ticket_merged_into_id'), 'ticket', ['merged_into_id'], ['id'])

    with op.batch_alter_table('ticketevent', schema=None) as batch_op:
        batch_op.add_column(sa.Column('message_ref', sqlmodel.sql.sqltypes.AutoString(length=160), nullable=True))
        batch_op.create_index(batch_op.f('ix_ticketevent_message_ref'), ['message_ref'], unique=False)

    with op.batch_alter_table('ticketpromise', schema=None) as batch_op:
        batch_op.add_column(sa.Column('after', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default='opened'))
        batch_op.add_column(sa.Column('told_span', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=True))
        batch_op.add_column(sa.Column('limit_span', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=True))
        batch_op.add_column(sa.Column('limit_document', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('started_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('void_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('next_alarm_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_index(batch_op.f('ix_ticketpromise_next_alarm_at'), ['next_alarm_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_ticketpromise_provisional'), ['provisional'], unique=False)
        batch_op.create_index(batch_op.f('ix_ticketpromise_limit_at'), ['limit_at'], unique=False)

    # What staff were told of before is not told again.
    op.execute(
        "INSERT INTO promisealarm (promise_id, rung, limit_at, at)"
        " SELECT id, 'owner', limit_at, alarmed_at FROM ticketpromise"
        " WHERE alarmed_at IS NOT NULL AND limit_at IS NOT NULL"
    )
    with op.batch_alter_table('ticketpromise', schema=None) as batch_op:
        batch_op.drop_column('alarmed_at')
    op.execute("UPDATE ticketpromise SET next_alarm_at = limit_at WHERE kept_at IS NULL"
               " AND id NOT IN (SELECT promise_id FROM promisealarm)")
    op.execute("UPDATE ticketpromise SET started_at = (SELECT opened_at FROM ticket WHERE ticket.id = ticket_id)"
               " WHERE promised_at IS NOT NULL OR limit_at IS NOT NULL")
    op.execute("UPDATE ticket SET resolved_at = settled_at WHERE state IN ('resolved', 'closed')")
    op.execute("UPDATE ticket SET first_asked_id = owner_id")
    # Written once, read for ever: the database itself refuses to change or delete what was audited.
    if op.get_bind().dialect.name == 'sqlite':
        for deed in ('UPDATE', 'DELETE'):
            op.execute(
                f"CREATE TRIGGER auditrecord_no_{deed.lower()} BEFORE {deed} ON auditrecord"
                " BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION auditrecord_is_append_only() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER auditrecord_no_change BEFORE UPDATE OR DELETE ON auditrecord"
            " FOR EACH ROW EXECUTE FUNCTION auditrecord_is_append_only()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for deed in ('update', 'delete'):
            op.execute(f"DROP TRIGGER auditrecord_no_{deed}")
    else:
        op.execute("DROP TRIGGER auditrecord_no_change ON auditrecord")
        op.execute("DROP FUNCTION auditrecord_is_append_only")
    with op.batch_alter_table('ticketpromise', schema=None) as batch_op:
        batch_op.add_column(sa.Column('alarmed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.drop_index(batch_op.f('ix_ticketpromise_limit_at'))
        batch_op.drop_index(batch_op.f('ix_ticketpromise_next_alarm_at'))
        batch_op.drop_index(batch_op.f('ix_ticketpromise_provisional'))
        batch_op.drop_column('next_alarm_at')
        batch_op.drop_column('void_at')
        batch_op.drop_column('started_at')
        batch_op.drop_column('limit_document')
        batch_op.drop_column('limit_span')
        batch_op.drop_column('told_span')
        batch_op.drop_column('after')

    with op.batch_alter_table('ticketevent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ticketevent_message_ref'))
        batch_op.drop_column('message_ref')

    with op.batch_alter_table('ticket', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_ticket_merged_into_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_ticket_first_asked_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_ticket_split_from_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_ticket_follows_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_ticket_split_from_id'))
        batch_op.drop_index(batch_op.f('ix_ticket_merged_into_id'))
        batch_op.drop_index(batch_op.f('ix_ticket_follows_id'))
        batch_op.drop_index(batch_op.f('ix_ticket_place_key'))
        batch_op.drop_column('place_key')
        batch_op.drop_index(batch_op.f('ix_ticket_first_asked_id'))
        batch_op.drop_index(batch_op.f('ix_ticket_ask_at'))
        batch_op.drop_column('urged_at')
        batch_op.drop_column('reopened')
        batch_op.drop_column('asked_at')
        batch_op.drop_column('ask_at')
        batch_op.drop_column('resolved_at')
        batch_op.drop_column('follows_id')
        batch_op.drop_column('split_from_id')
        batch_op.drop_column('merged_into_id')
        batch_op.drop_column('anonymous')
        batch_op.drop_column('confidential')
        batch_op.drop_column('team')
        batch_op.drop_column('first_asked_id')

    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.drop_column('removed_at')
        batch_op.drop_column('on_duty')
        batch_op.drop_column('capacity')
        batch_op.drop_column('team')

    with op.batch_alter_table('outgoing', schema=None) as batch_op:
        batch_op.drop_index('ix_outgoing_unreported')
        batch_op.drop_index(batch_op.f('ix_outgoing_relay_of'))
        batch_op.drop_column('announces')
        batch_op.drop_column('reported')
        batch_op.drop_column('relay_of')
        batch_op.drop_column('room')

    with op.batch_alter_table('handoverrequest', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_handoverrequest_claimed_by'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_handoverrequest_first_asked_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_handoverrequest_first_asked_id'))
        batch_op.drop_index(batch_op.f('ix_handoverrequest_claimed_by'))
        batch_op.drop_index(batch_op.f('ix_handoverrequest_claim_until'))
        batch_op.drop_index(batch_op.f('ix_handoverrequest_answered_by'))
        batch_op.drop_column('told_place')
        batch_op.drop_column('closed_by')
        batch_op.drop_column('first_asked_id')
        batch_op.drop_column('returned')
        batch_op.drop_column('claim_until')
        batch_op.drop_column('claimed_at')
        batch_op.drop_column('claimed_by')
        batch_op.drop_column('priority')

    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_inbox_message_ref'))
        batch_op.drop_column('draft_key')
        batch_op.drop_column('message_ref')

    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_evidence_state'))
        batch_op.drop_index(batch_op.f('ix_evidence_message_ref'))
        batch_op.drop_index(batch_op.f('ix_evidence_content_hash'))
        batch_op.drop_column('message_ref')
        batch_op.drop_column('not_before')
        batch_op.drop_column('attempts')
        batch_op.drop_column('media_type')
        batch_op.drop_column('content_hash')
        batch_op.drop_column('state')
        batch_op.drop_column('material')
        batch_op.drop_column('name')
        batch_op.drop_column('album')
        batch_op.drop_column('label')

    with op.batch_alter_table('promisealarm', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_promisealarm_promise_id'))

    op.drop_table('promisealarm')
    with op.batch_alter_table('ticketpause', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ticketpause_ticket_id'))

    op.drop_table('ticketpause')
    with op.batch_alter_table('waitingform', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_waitingform_person_id'))

    op.drop_table('waitingform')
    with op.batch_alter_table('survey', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_survey_ticket_id'))
        batch_op.drop_index(batch_op.f('ix_survey_person_id'))

    op.drop_table('survey')
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_revision_ticket_id'))
        batch_op.drop_index(batch_op.f('ix_revision_person_id'))
        batch_op.drop_index(batch_op.f('ix_revision_message_ref'))

    op.drop_table('revision')
    with op.batch_alter_table('downgrade', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_downgrade_ticket_id'))

    op.drop_table('downgrade')
    with op.batch_alter_table('auditrecord', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_auditrecord_ticket_id'))
        batch_op.drop_index(batch_op.f('ix_auditrecord_staff_id'))
        batch_op.drop_index(batch_op.f('ix_auditrecord_person_id'))
        batch_op.drop_index(batch_op.f('ix_auditrecord_at'))

    op.drop_table('auditrecord')
    with op.batch_alter_table('staffcode', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_staffcode_staff_id'))

    op.drop_table('staffcode')
    op.drop_table('staffroom')
    op.drop_table('calendarnotice')
