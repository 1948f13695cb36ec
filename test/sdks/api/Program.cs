// The clients that NSwag and Kiota generate from the served document, used against a running relay and its simulator.
// usage: Clients <functions URL> <functions key> <simulator URL>
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;
using Kiota = Relay.Kiota;
using NSwag = Relay.NSwag;

const string Sdp = "v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\ns=session\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 50000 RTP/AVP 0\r\n";
var (api, key, simulator) = ($"{args[0]}/api", args[1], args[2]);
var http = new HttpClient { BaseAddress = new Uri($"{api}/") };
http.DefaultRequestHeaders.Add("x-functions-key", key);
var nswag = new NSwag.RelayClient(http) { BaseUrl = $"{api}/" };
var adapter = new HttpClientRequestAdapter(new AnonymousAuthenticationProvider(), httpClient: http) { BaseUrl = api };
var kiota = new Kiota.RelayClient(adapter);
var (passed, total) = (0, 0);

await Check("NSwag lists", async () => Require((await nswag.ListInvitationsAsync(account: null, caller: null, state: null, outcome: null, since: null, until: null, limit: 10, cursor: null)).Invitations is not null));
await Check("NSwag accepts on the phone", async () =>
    Require((await nswag.AcceptInvitationAsync(await Ring(), null, null, null, new NSwag.Accept { With = NSwag.AcceptWith.PhoneAudio })).Result is not null));
await Check("NSwag accepts with an SDP", async () =>
    Require((await nswag.AcceptInvitationAsync(await Ring(), null, null, null, new NSwag.Accept { With = NSwag.AcceptWith.Answer, Sdp = Sdp })).Result is not null));
await Check("NSwag declines", async () =>
    Require((await nswag.DeclineInvitationAsync(await Ring(), null, null, null, new NSwag.Decline())).Outcome is null));
await Check("NSwag declines and waits", async () =>
    Require((await nswag.DeclineInvitationAsync(await Ring(), "wait=20", null, null, new NSwag.Decline())).Outcome is not null));
await Check("NSwag subscribes twice", async () =>
{
    var request = new NSwag.SubscriptionRequest { Url = "http://127.0.0.1:1025/nswag", Handshake = NSwag.SubscriptionRequestHandshake.Skip };
    Require((await nswag.CreateWebhookSubscriptionAsync(null, request)).Secret is not null);
    Require((await nswag.CreateWebhookSubscriptionAsync(null, request)).Secret is null);
});

await Check("Kiota lists", async () => Require((await kiota.Invitations.GetAsync())?.Invitations is not null));
await Check("Kiota accepts on the phone", async () =>
    Require((await kiota.Invitations[await Ring()].Accept.PostAsync(new Kiota.Models.Accept { With = Kiota.Models.AcceptWith.PhoneAudio }))?.Result is not null));
await Check("Kiota accepts with an SDP", async () =>
    Require((await kiota.Invitations[await Ring()].Accept.PostAsync(new Kiota.Models.Accept { With = Kiota.Models.AcceptWith.Answer, Sdp = Sdp }))?.Result is not null));
await Check("Kiota declines", async () =>
    Require((await kiota.Invitations[await Ring()].Decline.PostAsync(new Kiota.Models.Decline()))?.Outcome is null));
await Check("Kiota declines and waits", async () =>
    Require((await kiota.Invitations[await Ring()].Decline.PostAsync(new Kiota.Models.Decline(), it => it.Headers.Add("Prefer", "wait=20")))?.Outcome is not null));
await Check("Kiota subscribes twice", async () =>
{
    var request = new Kiota.Models.SubscriptionRequest { Url = "http://127.0.0.1:1025/kiota", Handshake = Kiota.Models.SubscriptionRequestHandshake.Skip };
    Require((await kiota.WebhookSubscriptions.PostAsync(request))?.Secret is not null);
    Require((await kiota.WebhookSubscriptions.PostAsync(request))?.Secret is null);
});
Console.WriteLine($"{passed} of {total} checks passed");
return passed == total ? 0 : 1;

async Task Check(string name, Func<Task> check)
{
    total += 1;
    try
    {
        await check();
        passed += 1;
        Console.WriteLine($"passed: {name}");
    }
    catch (Exception error)
    {
        Console.WriteLine($"FAILED: {name}: {error.GetType().Name}: {error.Message}");
    }
}

// Rings a call; its id once the relay has it.
async Task<string> Ring()
{
    var subject = Guid.NewGuid().ToString();
    var call = new { from = "sip:alice@contoso.com", name = "Alice", subject, ringSeconds = 60 };
    (await new HttpClient().PostAsJsonAsync($"{simulator}/sim/calls", call)).EnsureSuccessStatusCode();
    for (var tries = 0; tries < 300; tries += 1)
    {
        using var page = JsonDocument.Parse(await http.GetStringAsync("invitations?state=active&limit=100"));
        foreach (var one in page.RootElement.GetProperty("invitations").EnumerateArray())
            if (one.GetProperty("invitation").TryGetProperty("subject", out var found) && found.GetString() == subject)
                return one.GetProperty("invitationId").GetString()!;
        await Task.Delay(100);
    }
    throw new TimeoutException("The call has not been heard of.");
}

static void Require(bool holds)
{
    if (!holds) throw new InvalidOperationException("The response has not what it should have.");
}
