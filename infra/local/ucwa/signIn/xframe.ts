import { text } from '../http/reply';
import type { Route } from '../http/route';

/**
 * The page that a browser's client puts into a frame and sends its requests to (Cross-domain IFRAME; Transport library):
 * it carries each out on the pool's own origin, says whose it is in `X-Ms-Origin`, and posts what came back. Browsers
 * give header names in small letters by now; the clients of 2014 look for them as servers write them.
 */
const PAGE = `<!DOCTYPE html>
<html><head><title>XFrame</title><script>
addEventListener('message', function (event) {
  var asked = JSON.parse(event.data);
  var request = new XMLHttpRequest();
  request.open(asked.type.toUpperCase(), asked.url);
  Object.keys(asked.headers).forEach(function (name) {
    if (asked.headers[name]) request.setRequestHeader(name, asked.headers[name]);
  });
  request.setRequestHeader('X-Ms-Origin', event.origin);
  request.onloadend = function () {
    var headers = request.getAllResponseHeaders().replace(/^[^:\\r\\n]+/gm, function (name) {
      return name.replace(/(^|-)[a-z]/g, function (letter) { return letter.toUpperCase(); })
        .replace(/^Www-/, 'WWW-').replace('-Diagnostics', '-diagnostics');
    });
    var answer = { messageId: asked.messageId, status: request.status, headers: headers, responseText: request.responseText };
    event.source.postMessage(JSON.stringify(answer), event.origin);
  };
  request.send(asked.data);
});
</script></head><body></body></html>
`;

/** The frame, where discovery links it and where the sample library looks for it beside the root. */
export const xframeRoute: Route = {
  method: 'GET',
  path: /^\/(autodiscover\/xframe\/xframe\.html|xframe)$/i,
  scope: 'discovery',
  open: true,
  answer: () => text(200, 'text/html', PAGE),
};
