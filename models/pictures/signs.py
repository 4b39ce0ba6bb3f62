"""Small signs for what nodes do, drawn as lines in a square of 20 pixels."""

from models.flow import Act
from models.pictures.graph import Kind, Node
from models.vocabulary import Action

_PAPER = '<path d="M5 2h7l4 4v12H5z"/><path d="M8 10h5M8 13.5h5"/>'
_COIN = '<circle cx="10" cy="10" r="7.5"/><path d="M12.5 7.2a3.4 3.4 0 1 0 0 5.6M6 9.2h4.5M6 11.2h4.5"/>'
_BELL = '<path d="M4 15h12l-1.5-2.5V9a4.5 4.5 0 0 0-9 0v3.5z"/><path d="M8.5 17.5h3"/>'
_TAG = '<path d="M3 3h7l8 8-7 7-8-8z"/><circle cx="7" cy="7" r="1.2"/>'

KINDS = {
    Kind.TRIGGER: '<path d="M11 1 3 11h6l-1 8 9-11h-6z"/>',
    Kind.WAIT: '<circle cx="10" cy="10" r="7.5"/><path d="M10 5.5V10l3 2.2"/>',
    Kind.CONDITION: '<path d="M10 2 18 10 10 18 2 10z"/>',
    Kind.ACTION: '<rect x="2" y="4.5" width="16" height="11.5" rx="2"/><path d="m3 6 7 5 7-5"/>',
    Kind.END: '<circle cx="10" cy="10" r="7.5"/><rect x="7.5" y="7.5" width="5" height="5" rx="1"/>',
}
ACTIONS = {
    Action.REQUEST_PAYMENT: _PAPER,
    Action.ISSUE_PAID_INVOICE: _PAPER,
    Action.CHARGE_CARD: _COIN,
    Action.ADD_CHARGE: _COIN,
    Action.REFUND: _COIN,
    Action.NOTIFY_STAFF: _BELL,
    Action.ADD_TAG: _TAG,
}


def sign_of(node: Node) -> str:
    """Return the sign of what a node does, else of what kind it is."""
    return ACTIONS.get(node.op.kind, KINDS[node.kind]) if isinstance(node.op, Act) else KINDS[node.kind]
