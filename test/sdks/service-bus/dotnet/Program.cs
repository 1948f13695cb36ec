// Microsoft's .NET SDK against the local Service Bus, over TLS.
//
// Usage: dotnet run -- CONNECTION_STRING CERTIFICATE
// Prints a line for each check, and ends with code 1 when one fails. The entities are those of test/wire/service-bus/Config.json.
using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Azure.Messaging.ServiceBus;
using Azure.Messaging.ServiceBus.Administration;

// Without the emulator's flag this SDK takes the standard port, whatever port the connection string names.
var endpoint = ServiceBusConnectionStringProperties.Parse(args[0]).Endpoint;
var certificate = X509CertificateLoader.LoadCertificateFromFile(args[1]);
await using var client = new ServiceBusClient(
    args[0],
    new ServiceBusClientOptions
    {
        CustomEndpointAddress = new UriBuilder(endpoint) { Scheme = "sb" }.Uri,
        CertificateValidationCallback = (_, given, _, _) => given?.GetCertHashString() == certificate.GetCertHashString(),
        RetryOptions = new ServiceBusRetryOptions { MaxRetries = 0, TryTimeout = TimeSpan.FromSeconds(15) },
    }
);

var checks = new (string Name, Func<Task> Run)[]
{
    ("send and receive", SendAndReceive),
    ("batch", Batch),
    ("settle", Settle),
    ("settle and close at once", SettleAndClose),
    ("prefetch", Prefetch),
    ("processor", Processor),
    ("session processor", SessionProcessor),
    ("sessions", Sessions),
    ("list of sessions", ListOfSessions),
    ("lost locks", LostLocks),
    ("peek and schedule", PeekAndSchedule),
    ("order of messages scheduled for one moment", ScheduledOrder),
    ("rules and their list", Rules),
    ("correlation filter on a Guid", GuidFilter),
    ("what is refused", Refused),
};
var failed = 0;
foreach (var (name, run) in checks)
{
    try
    {
        await run();
        Console.WriteLine($"ok      {name}");
    }
    catch (Exception error)
    {
        failed++;
        Console.WriteLine($"FAILED  {name}\n{error}");
    }
}
Console.WriteLine($"{checks.Length - failed} of {checks.Length} checks passed");
return failed == 0 ? 0 : 1;

async Task SendAndReceive()
{
    await using var sender = client.CreateSender("sending");
    await sender.SendMessageAsync(
        new ServiceBusMessage("one")
        {
            MessageId = "m",
            Subject = "s",
            CorrelationId = "c",
            ApplicationProperties = { ["long"] = 5L, ["guid"] = Guid.Empty, ["flag"] = true },
        }
    );
    await using var receiver = client.CreateReceiver("sending");
    var message = await One(receiver);
    Equal(("one", "m", "s", "c", 1), (message.Body.ToString(), message.MessageId, message.Subject, message.CorrelationId, message.DeliveryCount));
    Equal((5L, Guid.Empty, true), (message.ApplicationProperties["long"], message.ApplicationProperties["guid"], message.ApplicationProperties["flag"]));
    await receiver.CompleteMessageAsync(message);
}

async Task Batch()
{
    await using var sender = client.CreateSender("receiving");
    using var batch = await sender.CreateMessageBatchAsync();
    for (var number = 0; number < 100; number++)
        Equal(true, batch.TryAddMessage(new ServiceBusMessage($"{number}")));
    await sender.SendMessagesAsync(batch);
    await using var receiver = client.CreateReceiver(
        "receiving",
        new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete }
    );
    var bodies = new List<string>();
    while (bodies.Count < 100)
        bodies.AddRange((await receiver.ReceiveMessagesAsync(100 - bodies.Count)).Select(message => message.Body.ToString()));
    Equal(string.Join(",", Enumerable.Range(0, 100)), string.Join(",", bodies));
}

async Task Settle()
{
    await using var sender = client.CreateSender("settling");
    await using var receiver = client.CreateReceiver("settling");
    await sender.SendMessageAsync(new ServiceBusMessage("x"));
    await receiver.AbandonMessageAsync(await One(receiver), new Dictionary<string, object> { ["long"] = 7L, ["guid"] = Guid.Empty });
    var again = await One(receiver);
    Equal((2, 7L, Guid.Empty), (again.DeliveryCount, again.ApplicationProperties["long"], again.ApplicationProperties["guid"]));
    await receiver.DeadLetterMessageAsync(again, "why", "because");
    await using var dead = client.CreateReceiver("settling", new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
    var letter = await One(dead);
    Equal(("why", "because"), (letter.DeadLetterReason, letter.DeadLetterErrorDescription));
    await dead.CompleteMessageAsync(letter);
}

async Task SettleAndClose()
{
    await using var sender = client.CreateSender("settling");
    for (var number = 0; number < 20; number++)
    {
        await sender.SendMessageAsync(new ServiceBusMessage("x"));
        await using var receiver = client.CreateReceiver("settling");
        var message = await One(receiver);
        Equal(1, message.DeliveryCount);
        await receiver.CompleteMessageAsync(message);
    }
}

async Task Prefetch()
{
    await using var sender = client.CreateSender("draining");
    await sender.SendMessagesAsync(Enumerable.Range(0, 50).Select(number => new ServiceBusMessage($"{number}")));
    await using var receiver = client.CreateReceiver("draining", new ServiceBusReceiverOptions { PrefetchCount = 20 });
    for (var number = 0; number < 50; number++)
    {
        var message = await One(receiver);
        Equal($"{number}", message.Body.ToString());
        await receiver.CompleteMessageAsync(message);
    }
}

async Task Processor()
{
    await using var sender = client.CreateSender("receiving");
    await sender.SendMessagesAsync(Enumerable.Range(0, 30).Select(number => new ServiceBusMessage($"{number}")));
    var seen = new ConcurrentBag<string>();
    var all = new TaskCompletionSource();
    await using var processor = client.CreateProcessor(
        "receiving",
        new ServiceBusProcessorOptions { MaxConcurrentCalls = 5, PrefetchCount = 10 }
    );
    processor.ProcessMessageAsync += given =>
    {
        seen.Add(given.Message.Body.ToString());
        if (seen.Count == 30)
            all.TrySetResult();
        return Task.CompletedTask;
    };
    processor.ProcessErrorAsync += given => Task.FromResult(all.TrySetException(given.Exception));
    await processor.StartProcessingAsync();
    await all.Task.WaitAsync(TimeSpan.FromSeconds(20));
    await processor.StopProcessingAsync();
    Equal(30, seen.Distinct().Count());
}

async Task SessionProcessor()
{
    await using var sender = client.CreateSender("next-sessions");
    await sender.SendMessagesAsync(
        Enumerable.Range(0, 12).Select(number => new ServiceBusMessage($"{number}") { SessionId = $"s{number % 3}" })
    );
    var seen = new ConcurrentQueue<(string Session, int Body)>();
    var all = new TaskCompletionSource();
    await using var processor = client.CreateSessionProcessor(
        "next-sessions",
        new ServiceBusSessionProcessorOptions { MaxConcurrentSessions = 3, PrefetchCount = 5 }
    );
    processor.ProcessMessageAsync += given =>
    {
        seen.Enqueue((given.SessionId, int.Parse(given.Message.Body.ToString())));
        if (seen.Count == 12)
            all.TrySetResult();
        return Task.CompletedTask;
    };
    processor.ProcessErrorAsync += given => Task.FromResult(all.TrySetException(given.Exception));
    await processor.StartProcessingAsync();
    await all.Task.WaitAsync(TimeSpan.FromSeconds(20));
    await processor.StopProcessingAsync();
    foreach (var session in seen.GroupBy(one => one.Session))
        Equal(string.Join(",", session.Select(one => one.Body).Order()), string.Join(",", session.Select(one => one.Body)));
}

async Task Sessions()
{
    await using var sender = client.CreateSender("sessions");
    await sender.SendMessageAsync(new ServiceBusMessage("1") { SessionId = "a" });
    await using var receiver = await client.AcceptSessionAsync("sessions", "a");
    var reason = await ReasonOf(() => client.AcceptSessionAsync("sessions", "a"));
    Equal(ServiceBusFailureReason.SessionCannotBeLocked, reason);
    await receiver.SetSessionStateAsync(new BinaryData("state"));
    Equal("state", (await receiver.GetSessionStateAsync()).ToString());
    await receiver.RenewSessionLockAsync();
    await receiver.CompleteMessageAsync(await One(receiver));
    await receiver.SetSessionStateAsync(null);
}

async Task ListOfSessions()
{
    await using var sender = client.CreateSender("sessions");
    await sender.SendMessageAsync(new ServiceBusMessage("1") { SessionId = "listed" });
    Equal("listed", string.Join(",", await SessionsOf()));
    var before = DateTimeOffset.UtcNow.AddMinutes(-1);
    Equal("", string.Join(",", await SessionsOf(before)));
    await using var receiver = await client.AcceptSessionAsync("sessions", "listed");
    await receiver.SetSessionStateAsync(new BinaryData("state"));
    Equal("listed", string.Join(",", await SessionsOf(before)));
    await receiver.SetSessionStateAsync(null);
    await receiver.CompleteMessageAsync(await One(receiver));
}

async Task<List<string>> SessionsOf(DateTimeOffset? stateSetAfter = null)
{
    var pages = stateSetAfter is { } time
        ? client.GetMessageSessionsAsync("sessions", time)
        : client.GetMessageSessionsAsync("sessions");
    var ids = new List<string>();
    await foreach (var id in pages)
        ids.Add(id);
    return ids;
}

async Task LostLocks()
{
    await using var sender = client.CreateSender("locks");
    await sender.SendMessageAsync(new ServiceBusMessage("x"));
    await using var receiver = client.CreateReceiver("locks");
    var message = await One(receiver);
    await receiver.RenewMessageLockAsync(message);
    await receiver.CompleteMessageAsync(message);
    Equal(ServiceBusFailureReason.MessageLockLost, await ReasonOf(() => receiver.CompleteMessageAsync(message)));
    Equal(ServiceBusFailureReason.MessageLockLost, await ReasonOf(() => receiver.RenewMessageLockAsync(message)));
}

async Task PeekAndSchedule()
{
    await using var sender = client.CreateSender("peeking");
    await using var receiver = client.CreateReceiver("peeking");
    var number = await sender.ScheduleMessageAsync(new ServiceBusMessage("later"), DateTimeOffset.UtcNow.AddHours(1));
    Equal((number, ServiceBusMessageState.Scheduled), await receiver.PeekMessageAsync() is { } peeked ? (peeked.SequenceNumber, peeked.State) : default);
    await sender.CancelScheduledMessageAsync(number);
    Equal(ServiceBusFailureReason.MessageNotFound, await ReasonOf(() => sender.CancelScheduledMessageAsync(number)));
}

async Task ScheduledOrder()
{
    await using var sender = client.CreateSender("scheduling");
    var at = DateTimeOffset.UtcNow.AddSeconds(1);
    await sender.ScheduleMessagesAsync(Enumerable.Range(0, 20).Select(number => new ServiceBusMessage($"{number}")), at);
    await using var receiver = client.CreateReceiver("scheduling");
    for (var number = 0; number < 20; number++)
    {
        var message = await One(receiver);
        Equal($"{number}", message.Body.ToString());
        await receiver.CompleteMessageAsync(message);
    }
}

async Task Rules()
{
    await using var rules = client.CreateRuleManager("filtered", "rules");
    await rules.CreateRuleAsync("none", new FalseRuleFilter());
    await rules.CreateRuleAsync("typed", new CorrelationRuleFilter { ApplicationProperties = { ["long"] = 5L } });
    Equal(
        ServiceBusFailureReason.MessagingEntityAlreadyExists,
        await ReasonOf(() => rules.CreateRuleAsync("none", new TrueRuleFilter()))
    );
    var listed = new Dictionary<string, RuleFilter>();
    await foreach (var rule in rules.GetRulesAsync())
        listed[rule.Name] = rule.Filter;
    Equal(true, listed["none"] is FalseRuleFilter);
    Equal(5L, ((CorrelationRuleFilter)listed["typed"]).ApplicationProperties["long"]);
    await rules.DeleteRuleAsync("none");
    await rules.DeleteRuleAsync("typed");
}

async Task GuidFilter()
{
    var wanted = Guid.NewGuid();
    await using var rules = client.CreateRuleManager("filtered", "rules");
    await rules.DeleteRuleAsync("$Default");
    await rules.CreateRuleAsync("guid", new CorrelationRuleFilter { ApplicationProperties = { ["guid"] = wanted } });
    await using var sender = client.CreateSender("filtered");
    await sender.SendMessageAsync(new ServiceBusMessage("other") { ApplicationProperties = { ["guid"] = Guid.NewGuid() } });
    await sender.SendMessageAsync(new ServiceBusMessage("same") { ApplicationProperties = { ["guid"] = wanted } });
    await using var receiver = client.CreateReceiver("filtered", "rules");
    var message = await One(receiver);
    Equal("same", message.Body.ToString());
    await receiver.CompleteMessageAsync(message);
}

async Task Refused()
{
    Equal(
        ServiceBusFailureReason.MessagingEntityNotFound,
        await ReasonOf(() => client.CreateSender("nobody").SendMessageAsync(new ServiceBusMessage("x")))
    );
    Equal(
        ServiceBusFailureReason.ServiceTimeout,
        await ReasonOf(() => client.AcceptNextSessionAsync("next-sessions", cancellationToken: default))
    );
    await using var sender = client.CreateSender("settling");
    await sender.SendMessageAsync(new ServiceBusMessage("x"));
    await using var receiver = client.CreateReceiver("settling");
    var message = await One(receiver);
    try
    {
        await receiver.DeferMessageAsync(message);
        throw new Exception("A message was deferred.");
    }
    catch (InvalidOperationException error) when (error.Message.Contains("not supported by this local Service Bus")) { }
}

async Task<ServiceBusReceivedMessage> One(ServiceBusReceiver receiver) =>
    await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(15)) ?? throw new Exception("No message came.");

async Task<ServiceBusFailureReason> ReasonOf(Func<Task> refused)
{
    try
    {
        await refused();
    }
    catch (ServiceBusException error)
    {
        return error.Reason;
    }
    throw new Exception("It was not refused.");
}

void Equal<T>(T wanted, T actual)
{
    if (!EqualityComparer<T>.Default.Equals(wanted, actual))
        throw new Exception($"Expected {wanted}, and it was {actual}.");
}
