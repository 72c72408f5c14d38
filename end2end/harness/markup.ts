// What people write, trying to become markup or script (PT-17): the texts, and how one sees that none of them did.
import { expect, type Page } from "./test.js";

/** Ways out of where a text may stand. */
const EXITS = ["", `">`, `'>`, "</textarea>", "</title>", "</script>", "-->", "</style>", "</noscript>", "]]>"];

/** What would run, or show that it is markup. Each carries `data-mark`. */
const BAIT = [
  "<script data-mark>pwned=1</script>",
  "<img src=x onerror=pwned=1 data-mark>",
  "<svg onload=pwned=1 data-mark>",
  "<svg><script data-mark>pwned=1</script></svg>",
  "<svg><animate onbegin=pwned=1 data-mark />",
  "<body onload=pwned=1 data-mark>",
  "<input autofocus onfocus=pwned=1 data-mark>",
  "<details open ontoggle=pwned=1 data-mark>",
  "<iframe srcdoc='<script>parent.pwned=1</script>' data-mark>",
  "<a href=javascript:pwned=1 data-mark>here</a>",
  "<math><mi href=javascript:pwned=1 data-mark>x",
  "<style data-mark>*{display:none}</style>",
  "<base href=//x.example data-mark>",
  "<form action=javascript:pwned=1 data-mark><button>",
  "<object data=javascript:pwned=1 data-mark>",
  "<meta http-equiv=refresh content=0;url=x data-mark>",
  "<template data-mark><img src=x onerror=pwned=1>",
  "<b data-mark>bold</b>&lt;i data-mark&gt;",
];

/** What would run where a text stands in an attribute and its quotes are not made harmless. */
const EVENTS = ["onfocus", "onblur", "onclick", "onpointerenter", "onmouseover", "onkeydown", "oninput", "onanimationstart", "ontoggle", "onload"];
const IN_QUOTES = [`"`, "'"].flatMap((quote) => EVENTS.map((event) => `x${quote} autofocus ${event}=pwned=1 data-mark=${quote}`));

/** Every exit with every bait, and what leaves an attribute: two hundred. */
export const CORPUS = [...EXITS.flatMap((exit) => BAIT.map((bait) => exit + bait)), ...IN_QUOTES];

/** The whole corpus as one long text, each piece a paragraph of its own. */
export const ALL_OF_IT = CORPUS.join("\n\n");

/** What a page holds by markup or by script that nobody of us wrote. `html` is read without being run. */
export function found(html: string | null): string[] {
  const page = html === null ? document : new DOMParser().parseFromString(html, "text/html");
  const marked = [...page.querySelectorAll("[data-mark]")].map((element) => element.outerHTML.slice(0, 200));
  return "pwned" in window ? ["a script ran", ...marked] : marked;
}

/** Nothing that was written is markup, neither in what the server sent nor in what stands here now. Gives back what one reads. */
export async function onlyText(page: Page): Promise<string> {
  const sent = await page.evaluate(async () => (await fetch(location.href)).text());
  expect.soft(await page.evaluate(found, sent), `${page.url()}, as it was sent`).toEqual([]);
  expect.soft(await page.evaluate(found, null), page.url()).toEqual([]);
  return page.evaluate(() => {
    const typed = [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea")].map((field) => field.value);
    return [document.body.innerText, document.title, ...typed].join("\n");
  });
}
