/** How long a notice stays, in milliseconds. None of them asks for anything, so none needs more time. */
const STAY_MS = 6_000;

/** More than this at once would cover the people. */
const MOST = 3;

/** `<notice-board role="status">`: short notices that go by themselves, read out by screen readers when idle. */
export class NoticeBoard extends HTMLElement {
  /** Shows a sentence. */
  say(sentence: string): void {
    const notice = document.createElement('p');
    notice.className = 'notice';
    notice.textContent = sentence;
    this.append(notice);
    while (this.childElementCount > MOST) this.firstElementChild?.remove();
    setTimeout(() => notice.remove(), STAY_MS);
  }

  /** Takes all notices away. */
  clear(): void {
    this.replaceChildren();
  }
}
