// What waits until a frame is painted, and what lets it go at once.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { flush, Post } from "../../convnet_lib/widgets/static/parts/post.js";

/** A page in which time stands still. */
function page() {
  const heard = new Map();
  const listen = (type, callback) => heard.set(type, [...(heard.get(type) ?? []), callback]);
  const leave = (type, callback) =>
    heard.set(
      type,
      heard.get(type).filter((other) => other !== callback),
    );
  const later = [];
  const put = (callback) => later.push(callback);
  const drop = (n) => {
    if (n) later[n - 1] = null;
  };
  const place = { addEventListener: listen, removeEventListener: leave };
  Object.assign(globalThis, {
    window: { ...place, setTimeout: (callback) => put(callback) },
    document: place,
    requestAnimationFrame: (callback) => put(callback),
    cancelAnimationFrame: drop,
    setTimeout: (callback) => put(callback),
    clearTimeout: drop,
  });
  return {
    tell: (type) => {
      for (const callback of heard.get(type) ?? []) callback();
    },
    heard: () => [...heard.values()].flat().length,
    /** The frame comes, and then the task that it has begun; LATEST is far away. */
    paint: () => {
      later[1]?.();
      later[2]?.();
    },
    wait: () => later[0]?.(),
  };
}

/** Traits as ipywidgets has them: a set triggers a change, what was set is sent when it is saved. */
function modelOf(traits) {
  const listeners = new Map();
  const changed = {};
  const model = {
    sent: [],
    get: (name) => traits[name],
    set: (name, value) => {
      changed[name] = value;
      model.hear(name, value);
    },
    /** From the kernel. */
    hear: (name, value) => {
      if (traits[name] === value) return;
      traits[name] = value;
      for (const callback of listeners.get(`change:${name}`) ?? []) callback();
    },
    save_changes: () => {
      model.sent.push({ ...changed });
      for (const name of Object.keys(changed)) delete changed[name];
    },
    on: (event, callback) => listeners.set(event, [...(listeners.get(event) ?? []), callback]),
    off: (event, callback) =>
      listeners.set(
        event,
        listeners.get(event).filter((other) => other !== callback),
      ),
    trigger: (event) => {
      for (const callback of listeners.get(event) ?? []) callback();
    },
    listeners: () => [...listeners.values()].flat().length,
  };
  return model;
}

let now = page();
let model = modelOf({});
let post = new Post(model);
beforeEach(() => {
  now = page();
  model = modelOf({ index: 0, rate: 1 });
  post = new Post(model);
});

test("changes are there at once, and go in one message after the frame", () => {
  post.put({ index: 1 });
  post.put({ index: 2, rate: 3 });
  assert.deepEqual([model.get("index"), model.get("rate"), model.sent], [2, 3, []]);
  now.paint();
  assert.deepEqual(model.sent, [{ index: 2, rate: 3 }]);
  now.tell("keydown");
  assert.equal(model.sent.length, 1);
});

test("what is late is computed after the frame, and goes in the same message", () => {
  let computed = 0;
  const rate = () => {
    computed++;
    return 7;
  };
  post.put({ index: 1, rate: 2 }, { rate });
  assert.deepEqual([computed, model.get("rate")], [0, 2]);
  now.paint();
  assert.deepEqual([computed, model.get("rate")], [1, 7]);
  assert.deepEqual(model.sent, [{ index: 1, rate: 7 }]);
  post.put({ index: 2 });
  now.tell("keydown");
  assert.deepEqual([computed, model.sent[1]], [1, { index: 2 }]);
});

test("what is late is there before what a reader does next", () => {
  post.put({ rate: 2 }, { rate: () => 7 });
  now.tell("pointerdown");
  assert.deepEqual([model.get("rate"), model.sent], [7, [{ rate: 7 }]]);
});

test("what is late is there before another view of the same model goes on", () => {
  const other = new Post(model);
  post.put({ rate: 2 }, { rate: () => 7 });
  flush(); // as a view does that goes on from what the model has
  const seen = model.get("rate");
  other.put({ rate: seen + 1 });
  now.tell("keydown");
  assert.deepEqual(model.sent, [{ rate: 7 }, { rate: 8 }]);
});

test("what has been set anew is not computed any more", () => {
  post.put({ rate: 2 }, { rate: () => 7 });
  post.put({ rate: 3 });
  now.paint();
  assert.deepEqual(model.sent, [{ rate: 3 }]);
});

test("of a model that is closed nothing is computed", () => {
  post.put({ rate: 2 }, { rate: () => assert.fail("it was computed") });
  model.trigger("destroy");
  assert.equal(post.notYet, null); // and nothing waits for a frame
  now.paint();
  assert.deepEqual(model.sent, []);
});

for (const turn of ["keydown", "pointerdown", "blur", "pagehide", "visibilitychange"]) {
  test(`they go before what may come of ${turn}`, () => {
    post.put({ index: 1 });
    now.tell(turn);
    assert.deepEqual(model.sent, [{ index: 1 }]);
    now.paint();
    assert.equal(model.sent.length, 1);
  });
}

test("the echo of an earlier change does not undo one that waits", () => {
  post.put({ index: 1 });
  now.tell("blur");
  post.put({ index: 2 });
  model.hear("index", 1);
  assert.equal(model.get("index"), 2);
  now.tell("blur");
  assert.deepEqual(model.sent, [{ index: 1 }, { index: 2 }]);
  model.hear("index", 5); // Python's own, once nothing waits
  assert.equal(model.get("index"), 5);
});

test("two views of the same traits send theirs in the order of the changes", () => {
  const second = new Post(model);
  post.put({ index: 1 });
  second.put({ index: 2 });
  assert.deepEqual([model.sent, model.get("index")], [[{ index: 1 }], 2]);
  second.close();
  assert.deepEqual(model.sent, [{ index: 1 }, { index: 2 }]);
});

test("a view that is closed sends what waits, if there is still a model, and listens no more", () => {
  post.put({ index: 1 });
  post.close();
  assert.deepEqual([model.sent, model.listeners(), now.heard()], [[{ index: 1 }], 0, 0]);
  const other = new Post(model);
  other.put({ index: 2 });
  model.trigger("destroy");
  other.close();
  assert.equal(model.sent.length, 1);
});
