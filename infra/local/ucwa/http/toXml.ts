import type { Hal, HalLink } from './hal';

/** UCWA's XML media type. */
export const XML_TYPE = 'application/vnd.microsoft.com.ucwa+xml';

const NAMESPACE = 'http://schemas.microsoft.com/rtc/2012/03/ucwa';
const DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n';

/** A JSON resource, event package or error in UCWA's XML representation (UCWA 2.0, "Representations"). */
export function toXml(root: 'resource' | 'events' | 'reason', content: Hal): string {
  if (root === 'events') return DECLARATION + eventsElement(content);
  if (root === 'reason') return DECLARATION + reasonElement(content, ` xmlns="${NAMESPACE}"`);
  return DECLARATION + resourceElement(content.rel ?? 'resource', content, ` xmlns="${NAMESPACE}"`);
}

function eventsElement(content: Hal): string {
  const { self, ...links } = content._links ?? {};
  const senders = records(content['sender']).map(
    (sender) =>
      `<sender${attributes(sender, ['rel', 'href'])}>${records(sender['events']).map(eventElement).join('')}</sender>`,
  );
  return `<events${attribute('href', firstHref(self))} xmlns="${NAMESPACE}">${linkElements(links)}${senders.join('')}</events>`;
}

/** The event's type is the element's name; what JSON has in `link` are its attributes. */
function eventElement(event: Readonly<Record<string, unknown>>): string {
  const type = textOf(event['type']);
  const link = record(event['link']);
  const status = attribute('status', event['status']);
  const container =
    event['in'] === undefined ? '' : `<in${attributes(record(event['in']), ['rel', 'href', 'title'])} />`;
  const reason = event['reason'] === undefined ? '' : reasonElement(record(event['reason']), '');
  const embedded = Object.entries(record(event['_embedded'])).map(([rel, value]) =>
    resourceElement(rel, record(value), ''),
  );
  return `<${type}${attributes(link, ['rel', 'href', 'title'])}${status}>${container}${reason}${embedded.join('')}</${type}>`;
}

function reasonElement(content: Readonly<Record<string, unknown>>, more: string): string {
  const parts = ['code', 'subcode', 'message'].filter((name) => content[name] !== undefined);
  return `<reason${more}>${parts.map((name) => `<${name}>${escape(textOf(content[name]))}</${name}>`).join('')}</reason>`;
}

function resourceElement(rel: string, content: Hal, more: string): string {
  const { _links: { self, ...links } = {}, _embedded = {}, ...properties } = content;
  const embedded = Object.entries(_embedded).flatMap(([key, value]) =>
    [value].flat().map((one) => resourceElement(key, one, '')),
  );
  const lines = Object.entries(properties).map(([name, value]) => propertyElement(name, value));
  const head = `<resource${attribute('rel', rel)}${attribute('href', firstHref(self))}${more}>`;
  return `${head}${linkElements(links)}${lines.join('')}${embedded.join('')}</resource>`;
}

function propertyElement(name: string, value: unknown): string {
  if (!Array.isArray(value)) return `<property${attribute('name', name)}>${escape(textOf(value))}</property>`;
  return `<propertyList${attribute('name', name)}>${value.map((item) => `<item>${escape(textOf(item))}</item>`).join('')}</propertyList>`;
}

function linkElements(links: NonNullable<Hal['_links']>): string {
  return Object.entries(links)
    .flatMap(([rel, value]) =>
      [value].flat().map((link) => `<link rel="${escape(rel)}"${attributes(record(link), ['href', 'title'])} />`),
    )
    .join('');
}

const attributes = (values: Readonly<Record<string, unknown>>, names: readonly string[]): string =>
  names.map((name) => attribute(name, values[name])).join('');
const attribute = (name: string, value: unknown): string =>
  value === undefined ? '' : ` ${name}="${escape(textOf(value))}"`;
const firstHref = (links: HalLink | readonly HalLink[] | undefined): string | undefined =>
  links === undefined ? undefined : [links].flat()[0]?.href;
const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const records = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.map(record) : [];

/** Booleans are `True` and `False`, as .NET writes them. */
function textOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
