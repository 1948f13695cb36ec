# pip install azure-servicebus azure-identity
import json
import os
import re
import time
from datetime import datetime

from azure.servicebus import ServiceBusClient

# The calls of the last hour, by invitation id; kept when they have ended, so that nothing late opens them again.
calls = {}


def seconds(moment):
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


def handle(event):
    data = event["data"]
    for invitation in [key for key, call in calls.items() if call["seen_at"] < time.time() - 3600]:
        del calls[invitation]

    if event["type"] == "ucwa.channel.gap":
        # Events of this account may be lost: what rang before may have ended unseen.
        for invitation, call in calls.items():
            if call["open"] and call["account"] == data["account"] and call["seen_at"] <= seconds(data["before"]):
                call["open"] = False
                print(f"closed by a gap: {invitation}", flush=True)
        return
    if not re.fullmatch(r"ucwa\.\w+\.(started|updated|completed)", event["type"]):
        return

    # At least once: an event that is not newer than what is known has been here, or was overtaken.
    known = calls.get(event["subject"])
    if known and event["sequence"] <= known["sequence"]:
        return
    is_open = data["event"] != "completed"
    calls[event["subject"]] = {
        "sequence": event["sequence"],
        "account": data["account"],
        "seen_at": seconds(event["time"]),
        "open": is_open,
    }

    caller = data.get("from", {}).get("name") or data.get("from", {}).get("uri") or "unknown"
    if not is_open:
        print(f"ended: {caller}: {data.get('outcome', {}).get('result', 'unknown')}", flush=True)
    # Later than this the ring is surely over, whatever the event says.
    elif "expirytime" not in event or seconds(event["expirytime"]) > time.time():
        print(f"rings: {caller}: {', '.join(data['actions'])}", flush=True)


def open_client():
    connection = os.environ.get("SERVICE_BUS_CONNECTION")
    if connection:
        return ServiceBusClient.from_connection_string(connection)
    # In Azure there are no keys: the identity it runs as needs the role Azure Service Bus Data Receiver at the subscription.
    from azure.identity import DefaultAzureCredential

    return ServiceBusClient(os.environ["SERVICE_BUS_NAMESPACE"], DefaultAzureCredential())


def main():
    with open_client() as client:
        with client.get_subscription_receiver("invitation-events", os.environ.get("SUBSCRIPTION", "all")) as receiver:
            for message in receiver:
                handle(json.loads(str(message)))
                # A message that is not completed is given again.
                receiver.complete_message(message)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
