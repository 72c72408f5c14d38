// The people of the demo practice, and what they do over and over: sign in, add a patient, invite, accept.
import { expect, type Page } from "@playwright/test";

import type { Server } from "./server.js";

/** Everybody's password in the demo. */
export const PASSWORD = "lighthouse tour 2026";

interface Person {
  name: string;
  email: string;
}

/** Practitioner, full access. */
export const MIRA: Person = { name: "Dr Mira Anand", email: "mira.anand@example.org" };
/** Practitioner, clinical access; works in two groups. */
export const TOM: Person = { name: "Tom Okafor", email: "tom.okafor@example.org" };
/** Owner of the second group. */
export const PRIYA: Person = { name: "Priya Raman", email: "priya.raman@example.org" };
/** Administrator of the second group, patients' names hidden. */
export const SAM: Person = { name: "Sam Ortiz", email: "sam.ortiz@example.org" };
/** Practitioner, own patients only. */
export const SAOIRSE: Person = { name: "Saoirse Kelly", email: "saoirse.kelly@example.org" };
/** Administrator, full access; also uses the portal. */
export const GRACE: Person = { name: "Grace Lim", email: "grace.lim@example.org" };
/** Administrator, calendar and contacts. */
export const BEN: Person = { name: "Ben Walker", email: "ben.walker@example.org" };
/** Patient with a portal. */
export const LIEN: Person = { name: "Lien", email: "lien.nguyen@example.org" };

/** The demo practice. */
export const PRACTICE = "Harbour & Hill Health";
/** The second one. */
export const SECOND = "Riverside Allied Health";

let count = 0;
/** An address that nobody has yet. */
export function newEmail(): string {
  count += 1;
  return `person.${process.pid}.${count}@example.org`;
}

/** Types email and password into the form that is there, and presses its button. */
export async function typeSignIn(page: Page, email: string, password = PASSWORD, button = "Sign in"): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: button, exact: true }).click();
}

/** Signs in at the console and waits until it is drawn. */
export async function openConsole(page: Page, who: Person = MIRA): Promise<void> {
  await page.goto("/console/sign-in");
  await typeSignIn(page, who.email);
  await expect(page.getByRole("heading", { level: 1, name: who.name })).toBeVisible();
}

/** Signs in at the portal and waits for Home. */
export async function openPortal(page: Page, email = LIEN.email, password = PASSWORD): Promise<void> {
  await page.goto("/sign-in");
  await typeSignIn(page, email, password);
  await expect(page).toHaveURL(/\/portal\/pat_/);
}

/** Calls a door of the server as the page's person does; gives back the status and what was answered. */
export function door(page: Page, path: string, value: unknown): Promise<{ status: number; body: unknown }> {
  return page.evaluate(
    async ([path, body]) => {
      const headers = { "content-type": "application/json", accept: "application/json" };
      const answer = await fetch(`/api/${path}`, { method: "POST", headers, body });
      const text = await answer.text();
      return { status: answer.status, body: text === "" ? null : (JSON.parse(text) as unknown) };
    },
    [path, JSON.stringify(value)] as const,
  );
}

export interface Patient {
  id: string;
  first: string;
  last: string;
  email: string;
}

/** Adds a patient that only this test knows, from a console that is open. */
export async function addPatient(page: Page, named: Partial<Patient> = {}): Promise<Patient> {
  count += 1;
  const patient = { first: "Ngaire", last: `Test${process.pid}x${count}`, email: newEmail(), ...named };
  const form = { legal_first: patient.first, legal_last: patient.last, email: patient.email, birth_date: "1984-02-29" };
  const { status, body } = await door(page, "patients/add", { form });
  expect(status, JSON.stringify(body)).toBe(200);
  return { ...patient, id: String(body) };
}

/** Opens the profile of a patient. */
export async function openProfile(page: Page, patient: Patient): Promise<void> {
  await page.goto(`/console/patients/${patient.id}`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(patient.last);
}

/** The path of the link in the invitation that was just sent to a patient who was invited without the dialog. */
export async function invite(page: Page, portico: Server, patient: Patient): Promise<string> {
  const before = (await portico.mailsTo(patient.email)).length;
  const form = { email: patient.email, email_again: patient.email };
  const { status, body } = await door(page, "invitations/invite", { patient: patient.id, form });
  expect(status, JSON.stringify(body)).toBe(200);
  return (await portico.mailFor(patient.email, before + 1)).link;
}

/** Invites somebody else to a patient's portal and gives their address. */
export async function inviteOther(page: Page, patient: Patient, terms: { role: string; level: string; manages?: string }): Promise<string> {
  const email = newEmail();
  const form = { whom: "other", name: "Rosa Vidal", email, email_again: email, terms };
  expect((await door(page, "invitations/invite", { patient: patient.id, form })).status).toBe(200);
  return email;
}

/** Sets a first password behind an invitation's link. */
export async function accept(page: Page, link: string, password = PASSWORD): Promise<void> {
  await page.goto(link);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Accept and open the portal" }).click();
  await expect(page).toHaveURL(/\/portal\/pat_/);
}
