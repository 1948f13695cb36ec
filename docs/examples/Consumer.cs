// dotnet add package Azure.Messaging.ServiceBus
// dotnet add package Azure.Identity
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Identity;
using Azure.Messaging.ServiceBus;

// The calls of the last hour, by invitation id; kept when they have ended, so that nothing late opens them again.
var calls = new Dictionary<string, Call>();

// In Azure there are no keys: the identity it runs as needs the role Azure Service Bus Data Receiver at the subscription.
await using var client = Environment.GetEnvironmentVariable("SERVICE_BUS_CONNECTION") is { } connection
    ? new ServiceBusClient(connection)
    : new ServiceBusClient(Environment.GetEnvironmentVariable("SERVICE_BUS_NAMESPACE"), new DefaultAzureCredential());
await using var processor = client.CreateProcessor("invitation-events", Environment.GetEnvironmentVariable("SUBSCRIPTION") ?? "all");
processor.ProcessMessageAsync += message =>
{
    // A message that is handled is completed; when this throws, the bus gives the message again.
    using var json = JsonDocument.Parse(message.Message.Body.ToMemory());
    Handle(json.RootElement);
    return Task.CompletedTask;
};
processor.ProcessErrorAsync += error =>
{
    Console.Error.WriteLine(error.Exception.Message);
    return Task.CompletedTask;
};

var stopped = new TaskCompletionSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    stopped.TrySetResult();
};
await processor.StartProcessingAsync();
await stopped.Task;
await processor.StopProcessingAsync();

void Handle(JsonElement relayEvent)
{
    var type = relayEvent.GetProperty("type").GetString()!;
    var data = relayEvent.GetProperty("data");
    foreach (var id in calls.Where(entry => entry.Value.SeenAt < DateTimeOffset.UtcNow.AddHours(-1)).Select(entry => entry.Key).ToList())
        calls.Remove(id);

    if (type == "ucwa.channel.gap")
    {
        // Events of this account may be lost: what rang before may have ended unseen.
        var account = data.GetProperty("account").GetString();
        var before = data.GetProperty("before").GetDateTimeOffset();
        foreach (var (id, call) in calls.Where(entry => entry.Value.Open && entry.Value.Account == account && entry.Value.SeenAt <= before).ToList())
        {
            calls[id] = call with { Open = false };
            Console.WriteLine($"closed by a gap: {id}");
        }
        return;
    }
    if (!Regex.IsMatch(type, @"^ucwa\.\w+\.(started|updated|completed)$")) return;

    // At least once: an event that is not newer than what is known has been here, or was overtaken.
    var invitation = relayEvent.GetProperty("subject").GetString()!;
    var sequence = relayEvent.GetProperty("sequence").GetString()!;
    if (calls.TryGetValue(invitation, out var known) && string.CompareOrdinal(sequence, known.Sequence) <= 0) return;
    var open = data.GetProperty("event").GetString() != "completed";
    calls[invitation] = new Call(sequence, data.GetProperty("account").GetString()!, relayEvent.GetProperty("time").GetDateTimeOffset(), open);

    var caller = Text(data, "from", "name") ?? Text(data, "from", "uri") ?? "unknown";
    if (!open)
        Console.WriteLine($"ended: {caller}: {Text(data, "outcome", "result") ?? "unknown"}");
    // Later than this the ring is surely over, whatever the event says.
    else if (!relayEvent.TryGetProperty("expirytime", out var expiry) || expiry.GetDateTimeOffset() > DateTimeOffset.UtcNow)
        Console.WriteLine($"rings: {caller}: {string.Join(", ", data.GetProperty("actions").EnumerateArray().Select(action => action.GetString()))}");
}

static string? Text(JsonElement element, params string[] path)
{
    foreach (var name in path)
    {
        if (!element.TryGetProperty(name, out var member)) return null;
        element = member;
    }
    return element.GetString();
}

record Call(string Sequence, string Account, DateTimeOffset SeenAt, bool Open);
