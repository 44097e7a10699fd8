"use strict";

/** Makes the elements of the page; whatever text comes in stays text. */
const pageElements = (() => {
  const SVG = "http://www.w3.org/2000/svg";

  const byId = (id) => document.getElementById(id);

  function element(tag, text, className) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function fill(parent, children) {
    parent.replaceChildren(...children);
    return parent;
  }

  function list(texts) {
    return fill(element("ul"), texts.map((text) => element("li", text)));
  }

  /** A heading with a list below it; nothing where there are no texts. */
  function section(title, texts) {
    return texts.length ? [element("h3", title), list(texts)] : [];
  }

  function shape(tag, attributes) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  function drawing(width, height, shapes) {
    return fill(shape("svg", { width, height, "aria-hidden": "true" }), shapes);
  }

  /** The fill and border of a unit, for the legend. */
  function swatch(fillValue, isDashed) {
    const border = isDashed ? { "stroke-width": 2.5, "stroke-dasharray": "6 4" } : { "stroke-width": 1 };
    return drawing(34, 20, [shape("rect", { x: 1.5, y: 1.5, width: 31, height: 17, fill: fillValue, stroke: "#444444", ...border })]);
  }

  /** Circles around one middle, styled as Leaflet's markers are. */
  function circles(...styles) {
    return drawing(22, 22, styles.map(({ radius, fillColor, color, weight }) => (
      shape("circle", { cx: 11, cy: 11, r: radius, fill: fillColor ?? "none", stroke: color, "stroke-width": weight })
    )));
  }

  return { byId, circles, element, fill, list, section, swatch };
})();
