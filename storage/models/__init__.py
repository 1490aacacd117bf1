"""The tables."""

from storage.models.accounts import Account, Binding, BindingAttempt, Customer, ImportedFile, OneTimeCode
from storage.models.bills import Bill, Hold, Notice, NoticeState, Payment
from storage.models.calendars import CalendarNotice
from storage.models.feedback import Miss, MissKind, Thumb
from storage.models.knowledge import (
    GoldenLine,
    KnowledgeDelivery,
    KnowledgeRevision,
    KnowledgeSheet,
    KnowledgeSignature,
    KnowledgeVersion,
    RevisionState,
)
from storage.models.outages import OutageFeed, OutageRow
from storage.models.people import Chat, Conversation, Person, WaitingForm
from storage.models.staff import AuditRecord, Role, Staff, StaffCode, StaffRoom
from storage.models.tickets import (
    OPEN_STATES,
    Downgrade,
    Evidence,
    EvidenceState,
    HandoverRequest,
    PromiseAlarm,
    Revision,
    Survey,
    Ticket,
    TicketEvent,
    TicketPause,
    TicketPromise,
    TicketState,
)
from storage.models.traffic import Inbox, InboxState, Lane, OnUnknown, Outgoing, OutgoingState

__all__ = [
    "OPEN_STATES",
    "Account",
    "AuditRecord",
    "Bill",
    "Binding",
    "BindingAttempt",
    "CalendarNotice",
    "Chat",
    "Conversation",
    "Customer",
    "Downgrade",
    "Evidence",
    "EvidenceState",
    "GoldenLine",
    "HandoverRequest",
    "Hold",
    "ImportedFile",
    "Inbox",
    "InboxState",
    "KnowledgeDelivery",
    "KnowledgeRevision",
    "KnowledgeSheet",
    "KnowledgeSignature",
    "KnowledgeVersion",
    "Lane",
    "Miss",
    "MissKind",
    "Notice",
    "NoticeState",
    "OnUnknown",
    "OneTimeCode",
    "OutageFeed",
    "OutageRow",
    "Outgoing",
    "OutgoingState",
    "Payment",
    "Person",
    "PromiseAlarm",
    "Revision",
    "RevisionState",
    "Role",
    "Staff",
    "StaffCode",
    "StaffRoom",
    "Survey",
    "Thumb",
    "Ticket",
    "TicketEvent",
    "TicketPause",
    "TicketPromise",
    "TicketState",
    "WaitingForm",
]
