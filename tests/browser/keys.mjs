// Everything by keyboard: no click, no tap, no focus() from outside. Fails with what had the focus on the way.

/** What has the focus, as somebody who cannot see would be told; and whether somebody who can sees it. */
const focused = (page) => page.evaluate(() => {
  const element = document.activeElement;
  if (!element || element === document.body) return { name: "(page)", isSeen: true };
  const name = element.getAttribute("aria-label") ?? element.labels?.[0]?.innerText ?? element.innerText ?? "";
  // The ring of a hidden input is drawn by its label.
  const drawn = element.matches("input[type=radio], input[type=checkbox]") ? (element.closest("label") ?? element) : element;
  const { outlineStyle, outlineWidth } = getComputedStyle(drawn);
  const { width, height } = drawn.getBoundingClientRect();
  return { name: `${element.tagName.toLowerCase()} ${name.trim().slice(0, 60)}`, isSeen: width > 0 && height > 0 && outlineStyle !== "none" && parseFloat(outlineWidth) >= 1 };
});

/** Presses Tab until `target` has the focus, and sees that the focus is drawn. More tabs than `most` are a maze. */
export async function tabTo(person, target, { most = 120, back = false } = {}) {
  await target.waitFor();
  const seen = [];
  for (let i = 0; i < most; i += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      const { name, isSeen } = await focused(person.page);
      if (!isSeen) throw new Error(`the focus on "${name}" cannot be seen`);
      return;
    }
    await person.page.keyboard.press(back ? "Shift+Tab" : "Tab");
    seen.push((await focused(person.page)).name);
  }
  throw new Error(`Tab does not lead to ${target}; it led to\n${seen.join("\n")}`);
}

/** Tabs to it and presses Enter. */
export async function press(person, target, key = "Enter") {
  await tabTo(person, target);
  await person.page.keyboard.press(key);
}

export async function type(person, target, words) {
  await tabTo(person, target);
  await person.page.keyboard.insertText(words);
}

/** Picks one of a radio group: Tab leads to the group, arrows move in it. */
export async function choose(person, group, option) {
  const radios = person.page.getByRole("radiogroup", { name: group }).getByRole("radio");
  const wanted = person.page.getByRole("radiogroup", { name: group }).getByRole("radio", { name: option });
  await wanted.waitFor({ state: "attached" });
  const inGroup = () => radios.evaluateAll((all) => all.includes(document.activeElement));
  for (let i = 0; !(await inGroup()); i += 1) {
    if (i > 120) throw new Error(`Tab does not lead to the choice ${group}`);
    await person.page.keyboard.press("Tab");
  }
  await person.page.keyboard.press("Space");
  for (let i = 0; !(await wanted.isChecked()); i += 1) {
    if (i > 20) throw new Error(`arrows do not lead to ${option} of ${group}`);
    await person.page.keyboard.press("ArrowDown");
  }
}
