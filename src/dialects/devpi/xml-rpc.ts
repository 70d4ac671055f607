import { Parser } from "htmlparser2";

/** A value of a call: a text, a list or a struct; numbers and truth values are read as their texts. */
export type XmlValue = string | readonly XmlValue[] | { readonly [name: string]: XmlValue };

export interface MethodCall {
  readonly method: string;
  readonly params: readonly XmlValue[];
}

const DEPTH_MAX = 20;
const NODES_MAX = 1_000;

interface Node {
  readonly name: string;
  readonly children: Node[];
  text: string;
}

/**
 * Reads an XML-RPC call; throws `SyntaxError` for anything else. Declarations are refused, so nothing can name entities
 * of its own, and depth and number of elements have a limit.
 */
export function readMethodCall(text: string): MethodCall {
  const root = treeOf(text);
  const call = root.children.find(({ name }) => name === "methodCall");
  const method = textOf(child(call, "methodName"));
  if (method === "") throw new SyntaxError("it is not a methodCall with a methodName");
  const params = child(call, "params")?.children.filter(({ name }) => name === "param") ?? [];
  return { method, params: params.map((param) => valueIn(child(param, "value"))) };
}

/** The answer to a call. */
export function writeMethodResponse(value: unknown): string {
  return `${HEAD}<methodResponse><params><param>${valueXml(value)}</param></params></methodResponse>\n`;
}

export function writeFault(code: number, message: string): string {
  return `${HEAD}<methodResponse><fault>${valueXml({ faultCode: code, faultString: message })}</fault></methodResponse>\n`;
}

const HEAD = "<?xml version='1.0' encoding='utf-8'?>\n";

function treeOf(text: string): Node {
  if (/<!(?!\[CDATA\[|--)/.test(text)) throw new SyntaxError("it has a declaration, which no call needs");
  const root: Node = { name: "", children: [], text: "" };
  const open: Node[] = [root];
  let count = 0;
  const parser = new Parser(
    {
      onopentag(name) {
        count += 1;
        if (open.length > DEPTH_MAX || count > NODES_MAX) throw new SyntaxError("it is too deep or too long");
        const node: Node = { name, children: [], text: "" };
        open.at(-1)?.children.push(node);
        open.push(node);
      },
      ontext(data) {
        const node = open.at(-1);
        if (node !== undefined) node.text += data;
      },
      onclosetag(_name, isImplied) {
        if (isImplied) throw new SyntaxError("an element is not closed");
        open.pop();
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(text);
  return root;
}

function valueIn(value: Node | undefined): XmlValue {
  if (value === undefined) throw new SyntaxError("a value is missing");
  const [typed] = value.children;
  if (typed === undefined) return value.text;
  switch (typed.name) {
    case "string":
    case "int":
    case "i4":
    case "boolean":
    case "double":
      return typed.text;
    case "array":
      return (child(typed, "data")?.children ?? []).map(valueIn);
    case "struct":
      return Object.fromEntries(
        typed.children.map((member) => [textOf(child(member, "name")), valueIn(child(member, "value"))]),
      );
    default:
      throw new SyntaxError(`a value of type '${typed.name.slice(0, 50)}' cannot be read`);
  }
}

function child(node: Node | undefined, name: string): Node | undefined {
  return node?.children.find((one) => one.name === name);
}

function textOf(node: Node | undefined): string {
  return node?.text.trim() ?? "";
}

function valueXml(value: unknown): string {
  return `<value>${innerXml(value)}</value>`;
}

function innerXml(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? `<int>${value}</int>` : `<double>${value}</double>`;
  if (Array.isArray(value)) return `<array><data>${value.map(valueXml).join("")}</data></array>`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(
      ([name, item]) => `<member><name>${xmlText(name)}</name>${valueXml(item)}</member>`,
    );
    return `<struct>${members.join("")}</struct>`;
  }
  return `<string>${xmlText(String(value ?? ""))}</string>`;
}

/** Control characters can stand in no XML at all. */
function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
