// The page from which a whole record is taken along.
import { DESK, PHONE, test } from "../harness/test.js";
import { accept, addPatient, invite, openConsole } from "../harness/people.js";

test("download", async ({ device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk, { first: "Wiremu", last: "Parata" });
  const phone = await device(PHONE);
  await accept(phone, await invite(desk, portico, patient));
  for (const [name, path] of [["download", "/download"], ["home-download", ""]] as const) {
    await phone.goto(`/portal/${patient.id}${path}`);
    for (const [width, { viewport }] of [[390, PHONE], [1440, DESK]] as const) {
      await phone.setViewportSize(viewport);
      for (const scheme of ["light", "dark"] as const) {
        await phone.emulateMedia({ colorScheme: scheme });
        await phone.screenshot({ path: `shots/portal-${name}-${width}-${scheme}.png`, fullPage: true });
      }
    }
  }
});
