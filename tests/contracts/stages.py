"""What each gateway's provider answers in each situation of the contract. A new gateway adds its own."""

import json
from dataclasses import dataclass
from enum import Enum, auto

import httpx


class Situation(Enum):
    """What the provider does with a request."""

    YES = auto()
    NO = auto()
    INVALID = auto()
    CANNOT_SAY = auto()
    RATE_WITH_WAIT = auto()
    RATE_WITHOUT_WAIT = auto()
    SERVER_ERROR = auto()
    TIME_OUT = auto()
    HTML = auto()
    OTHER_NUMBER = auto()
    PARTIAL = auto()
    KEY_REFUSED = auto()
    SESSION_LOST = auto()


class Stage:
    """What most providers have in common.

    `never` are situations that do not come up, `own_forms` statuses with bodies that are the provider's own
    form, and others' as well.
    """

    never: frozenset[Situation] = frozenset()
    own_forms: frozenset[tuple[int, bytes]] = frozenset()


OTHER = "447400999999"
HTML = "<html><body>Checking your browser</body></html>"


@dataclass(frozen=True)
class SendApiStage(Stage):
    """SendAPI's provider."""

    key = "sk_test_canary_5f2d9a"
    session = "sess_1"

    def answer(self, situation, numbers):
        (number,) = numbers
        phone = {"phone": f"+{number}", "is_whatsapp_user": True, "whatsapp_id": f"{number}@s.whatsapp.net"}
        refused = {"success": False}
        return {
            Situation.YES: lambda: _json(phone),
            Situation.NO: lambda: _json(phone | {"is_whatsapp_user": False, "whatsapp_id": None}),
            Situation.INVALID: lambda: _json({"error": {"code": 4001, "message": "no phone"}}, 422),
            Situation.CANNOT_SAY: lambda: _json(phone | {"is_whatsapp_user": None}),
            Situation.RATE_WITH_WAIT: lambda: _json(refused, 429, {"Retry-After": "7"}),
            Situation.RATE_WITHOUT_WAIT: lambda: _json(refused, 429),
            Situation.SERVER_ERROR: lambda: _json(refused, 500),
            Situation.HTML: lambda: httpx.Response(200, html=HTML),
            Situation.OTHER_NUMBER: lambda: _json(phone | {"phone": f"+{OTHER}"}),
            Situation.KEY_REFUSED: lambda: _json({"error": {"code": 4011, "type": "invalid_api_key"}}, 401),
            Situation.SESSION_LOST: lambda: _json(
                refused | {"error": {"message": "Session is not connected"}}, 409
            ),
        }[situation]()

    def state(self):
        return _json({"id": self.session, "status": "connected", "phone_number": "+447400123456"})

    def sessions(self):
        return _json({"data": [{"id": self.session, "status": "connected"}], "meta": {"total": 1}})

    def contacts(self):
        contact = {"phone": "+447400123456", "name": "Ann", "is_whatsapp_user": True}
        return _json({"data": [contact], "meta": {"total": 1, "page": 1, "per_page": 100}})

    def limits(self):
        return _json({"requests": 7})

    def respond(self, situation, request):
        path = request.url.path
        if path.endswith("/check"):
            return self.answer(situation, [path.split("/")[-2].replace("%2B", "").lstrip("+")])
        if path.endswith("/contacts"):
            return self.contacts()
        if path.endswith("/usage"):
            return self.limits()
        return self.sessions() if path.endswith("/sessions") else self.state()


@dataclass(frozen=True)
class ToyStage(Stage):
    """The toy's provider."""

    key = "sk_test_canary_5f2d9a"
    session = "main"

    def respond(self, situation, request):
        path = request.url.path
        if path.endswith("/state"):
            return _json({"state": "open"})
        numbers = path.rsplit("/", 1)[1].split(",")
        entries = [{"number": number, "exists": situation is Situation.YES} for number in numbers]
        invalid = [{"number": numbers[0], "error": "invalid"}, *entries[1:]]
        silent = [{"number": one, "exists": None} for one in numbers]
        return {
            Situation.YES: lambda: _json({"numbers": entries[::-1]}),
            Situation.NO: lambda: _json({"numbers": entries}),
            Situation.INVALID: lambda: _json({"numbers": invalid}),
            Situation.CANNOT_SAY: lambda: _json({"numbers": silent}),
            Situation.RATE_WITH_WAIT: lambda: _json({"code": "slow_down"}, 429, {"Retry-After": "7"}),
            Situation.RATE_WITHOUT_WAIT: lambda: _json({"code": "slow_down"}, 429),
            Situation.SERVER_ERROR: lambda: _json({}, 502),
            Situation.HTML: lambda: httpx.Response(200, html=HTML),
            Situation.OTHER_NUMBER: lambda: _json({"numbers": [{"number": OTHER, "exists": True}]}),
            Situation.PARTIAL: lambda: _json({"numbers": entries[1:]}),
            Situation.KEY_REFUSED: lambda: _json({"code": "bad_key"}, 401),
            Situation.SESSION_LOST: lambda: _json({"code": "session_lost"}, 500),
        }[situation]()


@dataclass(frozen=True)
class EvolutionStage(Stage):
    """Evolution API's server."""

    key = "canary_5f2d9a_evolution"
    session = "main"
    # It calls no number invalid.
    never = frozenset({Situation.INVALID})

    def answer(self, situation, numbers):
        entries = [self.entry(number, exists=situation is Situation.YES) for number in numbers]
        return {
            Situation.YES: lambda: _json(entries[::-1]),
            Situation.NO: lambda: _json(entries),
            Situation.CANNOT_SAY: lambda: _json([one | {"exists": None} for one in entries]),
            Situation.RATE_WITH_WAIT: lambda: self.boom(500, "rate-overlimit", {"Retry-After": "7"}),
            Situation.RATE_WITHOUT_WAIT: lambda: self.boom(500, "rate-overlimit"),
            Situation.SERVER_ERROR: lambda: self.failure(500, "Internal server error"),
            Situation.HTML: lambda: httpx.Response(200, html=HTML),
            Situation.OTHER_NUMBER: lambda: _json([self.entry(OTHER, exists=True)]),
            Situation.PARTIAL: lambda: _json(entries[1:]),
            Situation.KEY_REFUSED: lambda: self.failure(401, "Unauthorized"),
            Situation.SESSION_LOST: lambda: self.boom(428, "Connection Closed"),
        }[situation]()

    def entry(self, number, *, exists):
        return {"jid": f"{number}@s.whatsapp.net", "exists": exists, "number": number}

    def boom(self, status, message, headers=None):
        payload = {"statusCode": status, "error": "Error", "message": message}
        output = {"statusCode": status, "payload": payload}
        return _json({"data": None, "isBoom": True, "isServer": False, "output": output}, 400, headers)

    def failure(self, status, message):
        return _json({"status": status, "error": "Error", "response": {"message": [message]}}, status)

    def respond(self, situation, request):
        path = request.url.path
        if "/whatsappNumbers/" in path:
            return self.answer(situation, json.loads(request.content)["numbers"])
        if "/findContacts/" in path:
            return _json([{"remoteJid": "447400123456@s.whatsapp.net", "pushName": "Ann", "isGroup": False}])
        if path.endswith("/fetchInstances"):
            return _json([{"name": self.session, "connectionStatus": "open", "token": "t0ken"}])
        return _json({"instance": {"instanceName": self.session, "state": "open"}})


@dataclass(frozen=True)
class WahaStage(Stage):
    """WAHA's server."""

    key = "canary_5f2d9a_waha"
    session = "default"
    # It calls no number invalid.
    never = frozenset({Situation.INVALID})
    # Its framework's form, which others have, too.
    own_forms = frozenset({(401, b'{"statusCode": 401, "message": "Unauthorized"}')})

    def answer(self, situation, number):
        yes = {"numberExists": True, "chatId": f"{number}@c.us"}
        over_limit = {"statusCode": 500, "exception": {"message": "rate-overlimit", "data": 429}}
        return {
            Situation.YES: lambda: _json(yes),
            Situation.NO: lambda: _json({"numberExists": False}),
            Situation.CANNOT_SAY: lambda: _json(yes | {"numberExists": None}),
            Situation.RATE_WITH_WAIT: lambda: _json(over_limit, 500, {"Retry-After": "7"}),
            Situation.RATE_WITHOUT_WAIT: lambda: _json(over_limit, 500),
            Situation.SERVER_ERROR: lambda: _json({"statusCode": 500, "exception": {"message": "x"}}, 500),
            Situation.HTML: lambda: httpx.Response(200, html=HTML),
            Situation.OTHER_NUMBER: lambda: _json(yes | {"chatId": f"{OTHER}@c.us"}),
            Situation.KEY_REFUSED: lambda: _json({"statusCode": 401, "message": "Unauthorized"}, 401),
            Situation.SESSION_LOST: lambda: _json(
                {"error": "not ready", "status": "STOPPED", "expected": ["WORKING"]}, 422
            ),
        }[situation]()

    def respond(self, situation, request):
        path, session = request.url.path, {"name": self.session, "status": "WORKING"}
        if path.endswith("/check-exists"):
            return self.answer(situation, request.url.params["phone"])
        if path.endswith("/contacts/all"):
            return _json([{"id": "447400123456@c.us", "name": "Ann", "isGroup": False}])
        return _json([session] if path.endswith("/sessions") else session)


@dataclass(frozen=True)
class GreenApiStage(Stage):
    """GREEN-API's service."""

    key = "canary_5f2d9a_green"
    session = "1101000001"
    # An answer names no number, so none can name another one.
    never = frozenset({Situation.OTHER_NUMBER})

    def answer(self, situation):
        return {
            Situation.YES: lambda: _json({"existsWhatsapp": True}),
            Situation.NO: lambda: _json({"existsWhatsapp": False}),
            Situation.INVALID: lambda: _json(
                {"message": "bad phone number, valid from 11 to 16 digits"}, 400
            ),
            Situation.CANNOT_SAY: lambda: _json({"existsWhatsapp": "true"}),
            Situation.RATE_WITH_WAIT: lambda: self.failure(429, "Too Many Requests", {"Retry-After": "7"}),
            Situation.RATE_WITHOUT_WAIT: lambda: self.failure(429, "Too Many Requests"),
            Situation.SERVER_ERROR: lambda: self.failure(500, "Internal"),
            Situation.HTML: lambda: httpx.Response(200, html=HTML),
            Situation.KEY_REFUSED: lambda: self.failure(401, "Unauthorized"),
            Situation.SESSION_LOST: lambda: _json({"message": "instance is starting or not authorized"}, 400),
        }[situation]()

    def failure(self, status, message, headers=None):
        path = f"/waInstance{self.session}/checkWhatsapp/{self.key}"
        body = {"statusCode": status, "timestamp": "2026-01-05T09:00:00Z", "path": path, "message": message}
        return _json(body, status, headers)

    def respond(self, situation, request):
        path = request.url.path
        assert path.endswith(f"/{self.key}")
        if "/checkWhatsapp/" in path:
            return self.answer(situation)
        if "/getContacts/" in path:
            return _json([{"id": "447400123456@c.us", "name": "Ann", "type": "user"}])
        return _json({"stateInstance": "authorized"})


@dataclass(frozen=True)
class WuzapiStage(Stage):
    """Wuzapi's server."""

    key = "canary_5f2d9a_wuzapi"
    session = "default"
    # It calls no number invalid.
    never = frozenset({Situation.INVALID})

    def answer(self, situation, numbers):
        users = [self.user(number, exists=situation is Situation.YES) for number in numbers]
        over_limit = "failed to send usync query: info query returned status 429: rate-overlimit"
        return {
            Situation.YES: lambda: self.success({"Users": users[::-1]}),
            Situation.NO: lambda: self.success({"Users": users}),
            Situation.CANNOT_SAY: lambda: self.success({"Users": None}),
            Situation.RATE_WITH_WAIT: lambda: self.failure(500, over_limit, {"Retry-After": "7"}),
            Situation.RATE_WITHOUT_WAIT: lambda: self.failure(500, over_limit),
            Situation.SERVER_ERROR: lambda: self.failure(500, "info query timed out"),
            Situation.HTML: lambda: httpx.Response(200, html=HTML),
            Situation.OTHER_NUMBER: lambda: self.success({"Users": [self.user(f"+{OTHER}", exists=True)]}),
            Situation.PARTIAL: lambda: self.success({"Users": users[1:]}),
            Situation.KEY_REFUSED: lambda: self.failure(401, "Unauthorized"),
            Situation.SESSION_LOST: lambda: self.failure(500, "websocket not connected"),
        }[situation]()

    def user(self, number, *, exists):
        jid = f"{number[1:]}@s.whatsapp.net"
        return {"Query": number, "IsInWhatsapp": exists, "JID": jid, "VerifiedName": ""}

    def success(self, data):
        return _json({"code": 200, "success": True, "data": data})

    def failure(self, status, message, headers=None):
        return _json({"code": status, "error": message, "success": False}, status, headers)

    def respond(self, situation, request):
        path = request.url.path
        if path.endswith("/user/check"):
            return self.answer(situation, json.loads(request.content)["Phone"])
        if path.endswith("/user/contacts"):
            return self.success({"447400123456@s.whatsapp.net": {"Found": True, "FullName": "Ann"}})
        return self.success({"Connected": True, "LoggedIn": True})


@dataclass(frozen=True)
class EvolutionGoStage(Stage):
    """Evolution Go's server."""

    key = "canary_5f2d9a_evolution_go"
    session = "default"
    # It calls no number invalid.
    never = frozenset({Situation.INVALID})

    def answer(self, situation, numbers):
        users = [self.user(number, exists=situation is Situation.YES) for number in numbers]
        return {
            Situation.YES: lambda: self.success({"Users": users[::-1]}),
            Situation.NO: lambda: self.success({"Users": users}),
            Situation.CANNOT_SAY: lambda: self.success({"Users": None}),
            # Of newer versions; those before answer as they do where they cannot ask.
            Situation.RATE_WITH_WAIT: lambda: self.failure(429, "WhatsApp rate limit", {"Retry-After": "7"}),
            Situation.RATE_WITHOUT_WAIT: lambda: self.failure(429, "WhatsApp rate limit"),
            Situation.SERVER_ERROR: lambda: self.success(None),
            Situation.HTML: lambda: httpx.Response(200, html=HTML),
            Situation.OTHER_NUMBER: lambda: self.success({"Users": [self.user(f"+{OTHER}", exists=True)]}),
            Situation.PARTIAL: lambda: self.success({"Users": users[1:]}),
            Situation.KEY_REFUSED: lambda: self.failure(401, "not authorized"),
            Situation.SESSION_LOST: lambda: self.failure(500, "client disconnected"),
        }[situation]()

    def user(self, number, *, exists):
        jid = f"{number[1:]}@s.whatsapp.net"
        return {"Query": number, "IsInWhatsapp": exists, "JID": jid, "RemoteJID": jid, "LID": None}

    def success(self, data):
        return _json({"message": "success", "data": data})

    def failure(self, status, message, headers=None):
        return _json({"error": message}, status, headers)

    def respond(self, situation, request):
        path = request.url.path
        if path.endswith("/user/check"):
            return self.answer(situation, json.loads(request.content)["number"])
        if path.endswith("/user/contacts"):
            return self.success([{"Jid": "447400123456@s.whatsapp.net", "Found": True, "FullName": "Ann"}])
        return self.success({"Connected": True, "LoggedIn": True, "Name": "Ann"})


@dataclass(frozen=True)
class GowaStage(Stage):
    """GOWA's server."""

    key = "user:canary_5f2d9a_gowa"
    session = "dev-a"
    # It calls no number invalid, and an answer names none.
    never = frozenset({Situation.INVALID, Situation.OTHER_NUMBER})

    def answer(self, situation):
        return {
            Situation.YES: lambda: self.success({"is_on_whatsapp": True}),
            Situation.NO: lambda: self.success({"is_on_whatsapp": False}),
            Situation.CANNOT_SAY: lambda: self.success({"is_on_whatsapp": None}),
            # What stands before it; its own rate limit is a "no".
            Situation.RATE_WITH_WAIT: lambda: httpx.Response(429, html=HTML, headers={"Retry-After": "7"}),
            Situation.RATE_WITHOUT_WAIT: lambda: httpx.Response(429, html=HTML),
            Situation.SERVER_ERROR: lambda: _json({"code": "GATEWAY_TIMEOUT", "message": "x"}, 504),
            Situation.HTML: lambda: httpx.Response(200, html=HTML),
            Situation.KEY_REFUSED: lambda: httpx.Response(
                401, text="Unauthorized", headers={"WWW-Authenticate": 'Basic realm="Restricted"'}
            ),
            Situation.SESSION_LOST: lambda: _json({"code": "AUTHENTICATION_ERROR", "message": "x"}, 401),
        }[situation]()

    def success(self, results):
        return _json({"code": "SUCCESS", "message": "x", "results": results})

    def respond(self, situation, request):
        path = request.url.path
        if path.endswith("/user/check"):
            return self.answer(situation)
        if path.endswith("/contacts"):
            return self.success({"data": [{"jid": "447400123456@s.whatsapp.net", "name": "Ann"}]})
        if path.endswith("/devices"):
            return self.success([{"id": self.session, "state": "logged_in"}])
        return self.success({"is_connected": True, "is_logged_in": True})


def _json(body, status=200, headers=None):
    return httpx.Response(status, json=body, headers=headers)


STAGES = {
    "sendapi": SendApiStage(),
    "toy": ToyStage(),
    "evolution": EvolutionStage(),
    "evolution-go": EvolutionGoStage(),
    "waha": WahaStage(),
    "green-api": GreenApiStage(),
    "wuzapi": WuzapiStage(),
    "gowa": GowaStage(),
}
