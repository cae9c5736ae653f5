// A long list of events of unknown heights: pages of it are fetched and drawn near the screen alone.
import {h} from './dom.js';

export class Timeline {
  /**
   * @param of {count, size, load(page), draw(event), estimate} events in all, on a page, how to get and draw them, pixels of one
   * @param seen told the number of the event at the top of the screen
   */
  constructor(of, seen) {
    this.of = of;
    this.seen = seen;
    this.pages = Array.from({length: Math.ceil(of.count / of.size)}, (_, i) => this.page(i));
    this.root = h('div.timeline', {}, this.pages.map(p => p.node));
    this.near = new IntersectionObserver(list => list.forEach(e => this.moved(e)), {rootMargin: '1000px 0px'});
    this.pages.forEach(p => this.near.observe(p.node));
    this.onScroll = () => {
      this.tick ??= requestAnimationFrame(() => {
        this.tick = undefined;
        this.tell();
      });
    };
    addEventListener('scroll', this.onScroll, {passive: true});
  }

  page(i) {
    const events = Math.min(this.of.size, this.of.count - i * this.of.size);
    const node = h('section.chunk', {data: {page: i}, css: {height: `${events * this.of.estimate}px`}});
    return {i, node, near: false, drawn: null, events: null};
  }

  moved(entry) {
    const page = this.pages[+entry.target.dataset.page];
    page.near = entry.isIntersecting;
    if (page.near) this.fill(page);
    else if (page.drawn?.done) this.empty(page);
  }

  fill(page) {
    page.drawn ??= this.draw(page);
    return page.drawn.ready;
  }

  draw(page) {
    const drawn = {done: false};
    page.events ??= this.of.load(page.i);
    drawn.ready = page.events.then(events => {
      if (page.drawn !== drawn) return;
      page.node.replaceChildren(...events.map(this.of.draw));
      page.node.style.height = '';
      drawn.done = true;
      if (!page.near && !this.jumping) this.empty(page);
    }).catch(e => {
      page.node.replaceChildren(h('p.trouble', {}, e.message));
      page.drawn = page.events = null;
    });
    return drawn;
  }

  empty(page) {
    if (page.node.contains(document.activeElement)) return;
    page.node.style.height = `${page.node.offsetHeight}px`;
    page.node.replaceChildren();
    page.drawn = null;
  }

  /** Draws anew what is drawn, for instance with other highlights. */
  redraw() {
    for (const page of this.pages) {
      if (!page.drawn) continue;
      page.drawn = null;
      if (page.near) this.fill(page);
    }
  }

  /** Shows an event and gives it the focus. */
  async jump(i) {
    const page = this.pages[Math.floor(i / this.of.size)];
    if (!page) return;
    this.jumping = true;
    page.node.scrollIntoView({block: 'nearest'});
    await this.fill(page);
    const node = () => page.node.querySelector(`[data-event="${i}"]`);
    node()?.scrollIntoView({block: 'start'});
    node()?.focus({preventScroll: true});
    // pages above may still take their real height: hold on until they have
    for (let k = 0; k < 3; k++) {
      await Promise.all(this.pages.filter(p => p.near && p.drawn).map(p => p.drawn.ready));
      await new Promise(requestAnimationFrame);
      node()?.scrollIntoView({block: 'start'});
    }
    this.jumping = false;
    this.tell(i);
  }

  /** The event at the top of the screen. */
  at() {
    const line = 0.3 * innerHeight;
    for (const page of this.pages) {
      const box = page.node.getBoundingClientRect();
      if (box.bottom < line) continue;
      const events = [...page.node.querySelectorAll('[data-event]')];
      const hit = events.find(e => e.getBoundingClientRect().bottom > line);
      return hit ? +hit.dataset.event : page.i * this.of.size;
    }
    return Math.max(0, this.of.count - 1);
  }

  tell(i = this.at()) {
    if (i === this.told) return;
    this.told = i;
    this.seen(i);
  }

  leave() {
    this.near.disconnect();
    removeEventListener('scroll', this.onScroll);
  }
}
