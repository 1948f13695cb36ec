"""Microsoft's Python SDK against the local Service Bus, over TLS.

Usage: python3 check.py CONNECTION_STRING CERTIFICATE
Prints a line for each check, and ends with code 1 when one fails. The entities are those of ../Config.json.
"""

import datetime
import re
import sys
import traceback

CONNECTION, CERTIFICATE = sys.argv[1:3]
PORT = int(re.search(r"Endpoint=sb://[^;:/]+:(\d+)", CONNECTION).group(1))

import azure.servicebus._common._configuration as configuration  # noqa: E402
from azure.servicebus import (  # noqa: E402
    NEXT_AVAILABLE_SESSION,
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusReceiveMode,
    ServiceBusSubQueue,
)
from azure.servicebus.exceptions import (  # noqa: E402
    OperationTimeoutError,
    ServiceBusError,
    SessionCannotBeLockedError,
)

# This SDK takes the standard port, whatever port the connection string names.
configuration.DEFAULT_AMQPS_PORT = PORT


def bodies(messages):
    return [str(message) for message in messages]


def receive(receiver, count):
    messages = []
    while len(messages) < count:
        more = receiver.receive_messages(max_message_count=count - len(messages), max_wait_time=10)
        assert more, f"{len(messages)} of {count} messages came"
        messages += more
    return messages


def send_and_receive(client):
    with client.get_queue_sender("sending") as sender:
        sender.send_messages(
            ServiceBusMessage(
                "one",
                application_properties={"text": "t", "number": 5, "flag": True},
                subject="s",
                correlation_id="c",
                message_id="m",
            )
        )
        sender.send_messages([ServiceBusMessage("two"), ServiceBusMessage("three")])
    with client.get_queue_receiver("sending") as receiver:
        messages = receive(receiver, 3)
        assert bodies(messages) == ["one", "two", "three"]
        first = messages[0]
        assert first.application_properties == {b"text": b"t", b"number": 5, b"flag": True}, first.application_properties
        assert (first.subject, first.correlation_id, first.message_id, first.delivery_count) == ("s", "c", "m", 0)
        for message in messages:
            receiver.complete_message(message)


def batch(client):
    with client.get_queue_sender("receiving") as sender:
        messages = sender.create_message_batch()
        for number in range(100):
            messages.add_message(ServiceBusMessage(str(number)))
        sender.send_messages(messages)
    with client.get_queue_receiver("receiving", receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE) as receiver:
        assert bodies(receive(receiver, 100)) == [str(number) for number in range(100)]
        assert receiver.receive_messages(max_wait_time=1) == []


def settle(client):
    with client.get_queue_sender("settling") as sender, client.get_queue_receiver("settling") as receiver:
        sender.send_messages(ServiceBusMessage("x"))
        (message,) = receive(receiver, 1)
        receiver.abandon_message(message)
        (message,) = receive(receiver, 1)
        assert message.delivery_count == 1
        receiver.dead_letter_message(message, reason="why", error_description="because")
    with client.get_queue_receiver("settling", sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver:
        (message,) = receive(receiver, 1)
        assert (message.dead_letter_reason, message.dead_letter_error_description) == ("why", "because")
        receiver.complete_message(message)
        assert receiver.receive_messages(max_wait_time=1) == []


def settle_and_close(client):
    with client.get_queue_sender("settling") as sender:
        sender.send_messages(ServiceBusMessage("x"))
    with client.get_queue_receiver("settling") as receiver:
        receiver.complete_message(receive(receiver, 1)[0])
    with client.get_queue_receiver("settling") as receiver:
        assert receiver.receive_messages(max_wait_time=1) == []


def renew(client):
    with client.get_queue_sender("locks") as sender, client.get_queue_receiver("locks") as receiver:
        sender.send_messages(ServiceBusMessage("x"))
        (message,) = receive(receiver, 1)
        before = message.locked_until_utc
        assert receiver.renew_message_lock(message) >= before
        receiver.complete_message(message)


def sessions(client):
    with client.get_queue_sender("sessions") as sender:
        sender.send_messages([ServiceBusMessage(body, session_id=session) for session, body in [("a", "1"), ("b", "2"), ("a", "3")]])
    with client.get_queue_receiver("sessions", session_id="a") as receiver:
        try:
            with client.get_queue_receiver("sessions", session_id="a") as second:
                second.receive_messages(max_wait_time=1)
            raise AssertionError("a session was locked twice")
        except SessionCannotBeLockedError:
            pass
        messages = receive(receiver, 2)
        assert bodies(messages) == ["1", "3"]
        receiver.session.set_state(b"state")
        assert receiver.session.get_state() == b"state"
        assert receiver.session.renew_lock() is not None
        for message in messages:
            receiver.complete_message(message)
        receiver.session.set_state(None)
    with client.get_queue_receiver("sessions", session_id=NEXT_AVAILABLE_SESSION) as receiver:
        (message,) = receive(receiver, 1)
        assert message.session_id == "b"
        receiver.complete_message(message)


def no_session(client):
    try:
        with client.get_queue_receiver("next-sessions", session_id=NEXT_AVAILABLE_SESSION, max_wait_time=1) as receiver:
            receiver.receive_messages(max_wait_time=1)
    except OperationTimeoutError:
        return
    raise AssertionError("there was a session")


def peek(client):
    with client.get_queue_sender("peeking") as sender:
        sender.send_messages([ServiceBusMessage("1"), ServiceBusMessage("2")])
    with client.get_queue_receiver("peeking") as receiver:
        assert bodies(receiver.peek_messages(max_message_count=10)) == ["1", "2"]
        for message in receive(receiver, 2):
            receiver.complete_message(message)


def schedule(client):
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)
    late = soon + datetime.timedelta(hours=1)
    with client.get_queue_sender("scheduling") as sender:
        sender.schedule_messages(ServiceBusMessage("soon"), soon)
        (number,) = sender.schedule_messages(ServiceBusMessage("never"), late)
        sender.cancel_scheduled_messages(number)
        try:
            sender.cancel_scheduled_messages(number)
            raise AssertionError("a message was cancelled twice")
        except ServiceBusError:
            pass
    with client.get_queue_receiver("scheduling") as receiver:
        (message,) = receive(receiver, 1)
        assert str(message) == "soon"
        receiver.complete_message(message)


def topic(client):
    with client.get_topic_sender("fan-out") as sender:
        sender.send_messages(ServiceBusMessage("urgent", application_properties={"importance": "urgent"}))
        sender.send_messages(ServiceBusMessage("normal", application_properties={"importance": "normal"}))
    for subscription, wanted in [("everything", ["urgent", "normal"]), ("urgent", ["urgent"])]:
        with client.get_subscription_receiver("fan-out", subscription) as receiver:
            messages = receive(receiver, len(wanted))
            assert bodies(messages) == wanted
            for message in messages:
                receiver.complete_message(message)


def refused(client):
    try:
        with client.get_queue_sender("sessions") as sender:
            sender.send_messages(ServiceBusMessage("without a session"))
    except ServiceBusError:
        return
    raise AssertionError("a message without a session was accepted")


# An entity that is not there, or a wrong key, is not tried: at any refused token the C part of version 7.8.2, as Debian
# builds it, ends in a segmentation fault.
CHECKS = [
    send_and_receive, batch, settle, settle_and_close, renew, sessions, no_session, peek, schedule, topic, refused,
]  # fmt: skip

failed = 0
with ServiceBusClient.from_connection_string(CONNECTION, connection_verify=CERTIFICATE, retry_total=0) as service_bus:
    for check in CHECKS:
        try:
            check(service_bus)
            print(f"ok      {check.__name__}", flush=True)
        except Exception:  # noqa: BLE001
            failed += 1
            print(f"FAILED  {check.__name__}\n{traceback.format_exc()}", flush=True)
print(f"{len(CHECKS) - failed} of {len(CHECKS)} checks passed", flush=True)
sys.exit(1 if failed else 0)
