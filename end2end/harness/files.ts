// Files as people have them: a phone's photo that knows where it was taken, a letter; and what goes on while they are sent.
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";

import { expect, test, type Page } from "@playwright/test";

/** How much goes at once. */
export const PIECE = 256 * 1024;

/** A picture of 48 by 32 points. */
const LANDSCAPE = Buffer.from(
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYV"
    + "FSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAgADADASIAAhEBAxEB/8QAGAABAQEBAQAAAAAAAAAAAAAAAAQG"
    + "BQP/xAAmEAABAwMCBQUAAAAAAAAAAAABAAIDERRjBKIGEhNRkSExcYHB/8QAFwEBAQEBAAAAAAAAAAAAAAAAAAUEA//EACERAAIABgEFAAAAAAAAAAAAAAABAgMEEhRSoRMhQVHw/9oA"
    + "DAMBAAIRAxEAPwDhoiKyTQiIgNFHwrM7TB8mpayYtr0+WoB7E1/PK4Esb4ZXxSCj2OLXDsQtRHxVBbAy6eTr8vqG05SfmtQPrysxPK6fUSTPADpHFxA9qk1U2hiq4ooshdvH3o1VCkpL"
    + "pnvZ5NqWeTaqkWPNn7cI5Wols8m1LPJtVSJmz9uELUS2eTalnk2qpEzZ+3CFqP/Z",
  "base64",
);

/** Where the photo was taken, as a phone writes it: three fractions. */
export const LATITUDE = fractions(33, 51, 3137);
const LONGITUDE = fractions(151, 12, 4055);
/** A word about it, elsewhere in the photo. */
export const REMARK = "taken in Harbour Street";

function fractions(...parts: [number, number, number]): Buffer {
  return Buffer.concat(parts.map((part, at) => Buffer.from(Uint32Array.of(part, at === 2 ? 100 : 1).map(turned).buffer)));
}

/** Highest byte first. */
function turned(number: number): number {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(number);
  return four.readUInt32LE();
}

/** A photo as a phone takes it: held upright, so that it must be turned (EXIF's 6), with where it was taken. */
export function photo(): Buffer {
  const entry = (tag: number, form: number, count: number, value: number[]): Buffer => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16BE(tag, 0);
    bytes.writeUInt16BE(form, 2);
    bytes.writeUInt32BE(count, 4);
    bytes.set(value, 8);
    return bytes;
  };
  const list = (...entries: Buffer[]): Buffer => Buffer.concat([Buffer.from([0, entries.length]), ...entries, Buffer.alloc(4)]);
  const exif = Buffer.concat([
    Buffer.from("Exif\0\0MM\0*\0\0\0\x08", "latin1"),
    list(entry(0x0112, 3, 1, [0, 6]), entry(0x8825, 4, 1, [0, 0, 0, 38])),
    list(entry(1, 2, 2, [0x53]), entry(2, 5, 3, [0, 0, 0, 92]), entry(3, 2, 2, [0x45]), entry(4, 5, 3, [0, 0, 0, 116])),
    LATITUDE,
    LONGITUDE,
  ]);
  const segment = (marker: number, body: Buffer): Buffer => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(body.length + 2, 2);
    return Buffer.concat([head, body]);
  };
  return Buffer.concat([LANDSCAPE.subarray(0, 2), segment(0xe1, exif), segment(0xfe, Buffer.from(REMARK)), LANDSCAPE.subarray(2)]);
}

/** A PDF of one empty page and so many bytes, of which no two pieces are the same. */
export function pdf(size: number): Buffer {
  const head = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    + "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n";
  const foot = "\ntrailer<</Root 1 0 R/Size 4>>\n%%EOF\n";
  const rest = size - head.length - foot.length;
  const line = (at: number): string => `%${createHash("sha512").update(String(at)).digest("hex")}\n`;
  const lines = Array.from({ length: Math.max(0, Math.ceil(rest / 130)) }, (_, at) => line(at));
  return Buffer.from(head + lines.join("").slice(0, Math.max(0, rest)) + foot);
}

/** What a browser sees as a file chosen from a folder: chosen again, it is the same. */
export async function onDisk(name: string, bytes: Buffer): Promise<string> {
  const path = test.info().outputPath(name);
  await writeFile(path, bytes);
  return path;
}

export const field = (page: Page) => page.getByLabel("File", { exact: true });

/** Chooses files and presses Send. */
export async function send(page: Page, files: Parameters<ReturnType<typeof field>["setInputFiles"]>[0]): Promise<void> {
  await field(page).setInputFiles(files);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

/** Chooses a file that is on no disk. */
export const sendBytes = (page: Page, name: string, buffer: Buffer): Promise<void> => send(page, { name, mimeType: "application/octet-stream", buffer });

/** The numbers of the pieces that reached the server from this page, as they come. */
export function arrived(page: Page): number[] {
  const numbers: number[] = [];
  page.on("response", (response) => {
    if (response.request().method() === "PUT" && response.ok()) numbers.push(Number(response.url().split("/").at(-1)));
  });
  return numbers;
}

interface Hold {
  /** Has it been asked for? */
  held: Promise<void>;
  letGo: () => Promise<void>;
}

/** Keeps what is asked of these addresses back until it is let go. */
export async function hold(page: Page, pattern: string): Promise<Hold> {
  let reached = (): void => {};
  let opened = (): void => {};
  const held = new Promise<void>((done) => (reached = done));
  const open = new Promise<void>((done) => (opened = done));
  await page.route(pattern, async (route) => {
    reached();
    await open;
    // The page may have given it up meanwhile.
    await route.continue().catch(() => {});
  });
  const letGo = async (): Promise<void> => {
    opened();
    await page.unroute(pattern);
  };
  return { held, letGo };
}

/** Keeps the piece of this number back. */
export const holdPiece = (page: Page, number: number): Promise<Hold> => hold(page, `**/uploads/*/*/${number}`);

/** What is asked of a file's address by a page that is open: its answer, and its bytes. */
export async function fetched(page: Page, path: string): Promise<{ status: number; headers: Record<string, string>; bytes: Buffer }> {
  const { status, headers, base64 } = await page.evaluate(async (path) => {
    const answer = await fetch(path);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return { status: answer.status, headers: Object.fromEntries(answer.headers), base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")) };
  }, path);
  return { status, headers, bytes: Buffer.from(base64, "base64") };
}

/** Nothing on this page may ever ask or warn by a box of the browser. */
export function noBoxes(page: Page): void {
  page.on("dialog", (box) => {
    expect.soft(box.message(), "a box was opened").toBe("none");
    void box.dismiss();
  });
}
