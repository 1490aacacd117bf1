"""The tables."""

from storage.models.accounts import Account, Binding, BindingAttempt, Customer, ImportedFile, OneTimeCode
from storage.models.bills import Bill, Hold, Notice, NoticeState, Payment
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
from storage.models.people import Chat, Conversation, Person
from storage.models.tickets import (
    OPEN_STATES,
    Evidence,
    HandoverRequest,
    Staff,
    Ticket,
    TicketEvent,
    TicketPromise,
    TicketState,
)
from storage.models.traffic import Inbox, InboxState, Lane, OnUnknown, Outgoing, OutgoingState

__all__ = [
    "OPEN_STATES",
    "Account",
    "Bill",
    "Binding",
    "BindingAttempt",
    "Chat",
    "Conversation",
    "Customer",
    "Evidence",
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
    "RevisionState",
    "Staff",
    "Thumb",
    "Ticket",
    "TicketEvent",
    "TicketPromise",
    "TicketState",
]
