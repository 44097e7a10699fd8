"use strict";

/**
 * Restyles the units for every choice, and shows what is known of each.
 *
 * All texts were worked out beforehand and stand in the page's data; they reach the page as text, never as HTML.
 * Folium made the layers; `layers` holds the map, the units and the facilities per category.
 */
function woonzorgkaart(layers) {
  const data = JSON.parse(document.getElementById("data").textContent);
  const map = layers.map;
  const SVG = "http://www.w3.org/2000/svg";
  const unitLayers = [];
  const nameElements = [];
  let selected = null;

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

  // --- what is chosen

  const theme = () => byId("theme").value;
  const group = () => byId("group").value;
  const groupInfo = () => data.groups.find((one) => one.code === group());
  const factsOf = (unit) => data.facts[group()][unit];

  function choice() {
    const key = theme() === "reach" ? ["reach", group(), byId("category").value] : [theme(), group()];
    return data.choices[key.join("|")];
  }

  function addOptions(select, options) {
    for (const one of options) {
      const option = element("option", one.label);
      option.value = one.code;
      select.append(option);
    }
  }

  function setUpChoosers() {
    addOptions(byId("theme"), data.themes);
    addOptions(byId("group"), data.groups);
    addOptions(byId("category"), data.categories);
    addOptions(byId("unit"), data.units.map((unit, i) => ({ code: String(i), label: unit.name })));
    byId("group").value = data.defaultGroup;
    for (const id of ["theme", "group", "category"]) byId(id).addEventListener("change", show);
    byId("unit").addEventListener("change", (event) => select(event.target.value === "" ? null : Number(event.target.value)));
    byId("choosers").addEventListener("submit", (event) => event.preventDefault());
  }

  // --- units

  function styleOf(unit) {
    const current = choice();
    const isPattern = current.classes[current.of[unit]].fill.startsWith("url(");
    const isDashed = current.dashed[unit];
    return {
      fillColor: current.classes[current.of[unit]].fill,
      fillOpacity: isPattern ? 0.85 : 0.78,
      color: unit === selected ? "#000000" : isDashed ? "#222222" : "#5a5a5a",
      weight: unit === selected ? 4.5 : isDashed ? 2.4 : 1.2,
      opacity: 1,
      dashArray: isDashed ? "9 6" : null,
    };
  }

  function restyle() {
    const dashed = choice().dashed;
    unitLayers.forEach((layer, unit) => layer.setStyle(styleOf(unit)));
    unitLayers.forEach((layer, unit) => dashed[unit] && layer.bringToFront());
    if (selected !== null) unitLayers[selected].bringToFront();
  }

  function setUpUnits() {
    layers.units.eachLayer((layer) => {
      const unit = layer.feature.properties.i;
      unitLayers[unit] = layer;
      layer.bindTooltip(() => tooltip(unit), { sticky: true, className: "fact-tip", opacity: 1 });
      layer.on("mouseover mousemove", (event) => keepInside(layer.getTooltip(), event));
      layer.on("click", () => select(unit));
      // The same facts can be had by keyboard from the chooser and the table.
      layer.getElement().setAttribute("tabindex", "-1");
    });
  }

  /** Leaflet puts a tooltip left or right of the pointer, but lets it run off the map. */
  function keepInside(tip, event) {
    const { x, y } = event.containerPoint;
    const size = map.getSize();
    const box = tip.getElement();
    const half = box.offsetHeight / 2 + 6;
    const room = Math.max(x, size.x - x);
    // An offset counts away from the pointer, so a negative one brings a tooltip that is too wide back.
    const tooWide = Math.min(0, room - box.offsetWidth - 12);
    tip.options.offset = L.point(tooWide, Math.max(half, Math.min(y, size.y - half)) - y);
    tip.setLatLng(event.latlng);
  }

  // --- legend

  function swatch(fillValue, isDashed) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("width", "34");
    svg.setAttribute("height", "20");
    svg.setAttribute("aria-hidden", "true");
    const box = document.createElementNS(SVG, "rect");
    const attributes = { x: 1.5, y: 1.5, width: 31, height: 17, fill: fillValue, stroke: "#444444", "stroke-width": isDashed ? 2.5 : 1 };
    if (isDashed) attributes["stroke-dasharray"] = "6 4";
    for (const [name, value] of Object.entries(attributes)) box.setAttribute(name, value);
    svg.append(box);
    return svg;
  }

  function legendItem(label, fillValue, count, isDashed) {
    const item = element("li");
    item.append(swatch(fillValue, isDashed), element("span", label));
    item.append(element("span", `${count} ${count === 1 ? data.words.unit_in_class : data.words.units_in_class}`, "number"));
    return item;
  }

  function showLegend() {
    const current = choice();
    byId("legend-title").textContent = current.title;
    const items = current.classes.map((one) => legendItem(one.label, one.fill, one.count, false));
    const dashed = current.dashed.filter(Boolean).length;
    if (current.dashed_label) items.push(legendItem(`* ${current.dashed_label}`, "none", dashed, true));
    fill(byId("legend-classes"), items);
    byId("legend-note").textContent = current.note;
    byId("group-note").textContent = groupInfo().note && `${groupInfo().label}: ${groupInfo().note}.`;
  }

  // --- facts of a unit: tooltip, panel, table

  function essentialTable(unit) {
    const table = element("table");
    const head = element("tr");
    fill(head, ["", data.words.walk, data.words.beyond, ""].map((text) => element("th", text)));
    const rows = factsOf(unit).rows.filter((row) => row.isEssential).map((row) => {
      const line = element("tr");
      const label = data.categories.find((one) => one.code === row.category).label;
      return fill(line, [label, row.median, row.share, row.status].map((text) => element("td", text)));
    });
    table.append(fill(element("thead"), [head]), fill(element("tbody"), rows));
    return table;
  }

  function headLines(unit) {
    const facts = factsOf(unit);
    const lines = [element("p", `${groupInfo().label}: ${facts.count}`), element("p", `${data.words.verdict}: ${facts.verdict}`, "verdict")];
    if (theme() !== "verdict") lines.push(element("p", choice().values[unit]));
    return lines;
  }

  function tooltip(unit) {
    const facts = factsOf(unit);
    const { name, kind } = data.units[unit];
    const head = [element("p", `${name} (${kind})`, "unit-name"), ...headLines(unit)];
    // While the panel tells of one unit, another needs no more than this.
    if (selected !== null) return fill(element("div"), head);
    const decides = facts.decides.map((text) => element("p", `${data.words.decides}: ${text}`));
    const reasons = facts.conclusion.map((text) => element("p", text));
    return fill(element("div"), [...head, ...reasons, essentialTable(unit), ...decides]);
  }

  function list(texts) {
    return fill(element("ul"), texts.map((text) => element("li", text)));
  }

  function showPanel() {
    const panel = byId("panel");
    panel.hidden = selected === null;
    if (selected === null) return;
    const facts = factsOf(selected);
    const { name, kind } = data.units[selected];
    const close = element("button", "×", "close");
    close.type = "button";
    close.setAttribute("aria-label", data.words.close);
    close.addEventListener("click", () => { select(null); byId("unit").focus(); });
    const parts = [close, element("h2", `${name} (${kind})`), ...headLines(selected)];
    parts.push(element("h3", data.words.reasons), list([...facts.counts, ...facts.conclusion]));
    if (facts.decides.length) parts.push(element("h3", data.words.decides), list(facts.decides));
    parts.push(element("h3", data.words.facilities), list(facts.rows.map((row) => row.sentence)));
    fill(panel, parts);
    panel.scrollTop = 0;
  }

  function select(unit) {
    selected = unit;
    byId("unit").value = unit === null ? "" : String(unit);
    restyle();
    showPanel();
    if (unit !== null) moveBesidePanel(unit);
  }

  function moveBesidePanel(unit) {
    const panelWidth = byId("panel").offsetWidth;
    const middle = unitLayers[unit].getBounds().getCenter();
    map.panInside(middle, { paddingTopLeft: [60, 60], paddingBottomRight: [panelWidth + 80, 60], animate: false });
  }

  function tableRow(unit) {
    const facts = factsOf(unit);
    const row = element("tr");
    const button = element("button", data.units[unit].name);
    button.type = "button";
    button.addEventListener("click", () => { select(unit); byId("unit").focus(); });
    const head = element("th");
    head.scope = "row";
    head.append(button);
    row.append(head);
    for (const text of [data.units[unit].kind, facts.verdict, facts.count, facts.perKm2, facts.per1000]) row.append(element("td", text));
    for (const category of data.categories) {
      const found = facts.rows.find((one) => one.category === category.code);
      const texts = found ? [found.median, found.share, found.status] : [data.words.unknown];
      row.append(fill(element("td"), texts.map((text) => element("span", text))));
    }
    return row;
  }

  function showTable() {
    byId("unit-table-caption").textContent = `${data.words.group}: ${groupInfo().label}`;
    fill(byId("unit-rows"), data.units.map((_, unit) => tableRow(unit)));
  }

  // --- facilities

  function pointSymbol(style) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("width", "18");
    svg.setAttribute("height", "18");
    svg.setAttribute("aria-hidden", "true");
    const dot = document.createElementNS(SVG, "circle");
    const attributes = { cx: 9, cy: 9, r: style.radius, fill: style.fillColor, stroke: style.color, "stroke-width": style.weight };
    for (const [name, value] of Object.entries(attributes)) dot.setAttribute(name, value);
    svg.append(dot);
    return svg;
  }

  function setUpFacilities(category) {
    const layer = layers.facilities[category.code];
    const names = data.facilities[category.code];
    layer.eachLayer((point) => {
      const name = names[point.feature.properties.i];
      point.bindTooltip(() => fill(element("div"), [element("p", name, "unit-name"), element("p", category.label)]), { className: "fact-tip" });
    });
    const box = element("input");
    box.type = "checkbox";
    box.checked = category.isShown;
    box.addEventListener("change", () => (box.checked ? layer.addTo(map) : layer.remove()));
    if (category.isShown) layer.addTo(map);
    const label = element("label");
    label.append(box, pointSymbol(category.style), element("span", category.plural), element("span", String(names.length), "number"));
    byId("facility-choosers").append(label);
    byId("facility-list").append(element("h3", `${category.plural} (${names.length})`), list(names));
  }

  /** Seen from afar, whole markers would hide the map. */
  function scalePoints() {
    const factor = Math.max(0.5, Math.min(1, (map.getZoom() - 9) / 5));
    for (const { code, style } of data.categories) {
      layers.facilities[code].setStyle({ radius: style.radius * factor, weight: style.weight * factor });
    }
  }

  // --- names

  function setUpNames() {
    data.names.forEach(([lat, lon, name, rank], position) => {
      const text = element("span", name);
      const label = L.tooltip({ permanent: true, direction: "center", pane: "names", className: rank === 0 ? "map-name of-unit" : "map-name" });
      label.setLatLng([lat, lon]).setContent(text).addTo(map);
      nameElements.push({ text, name, unit: rank === 0 ? position : null, box: label.getElement() });
    });
    map.on("zoomend resize", declutterNames);
  }

  function declutterNames() {
    const dashed = choice().dashed;
    const placed = [];
    for (const one of nameElements) {
      one.text.textContent = one.unit !== null && dashed[one.unit] ? `${one.name} *` : one.name;
      const box = one.box.getBoundingClientRect();
      const overlaps = placed.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom);
      one.box.style.visibility = overlaps ? "hidden" : "visible";
      if (!overlaps) placed.push(box);
    }
  }

  // --- the page

  function show() {
    byId("category-chooser").hidden = theme() !== "reach";
    restyle();
    showLegend();
    showTable();
    showPanel();
    declutterNames();
  }

  function fit() {
    map.invalidateSize({ animate: false });
    map.fitBounds(layers.units.getBounds(), { animate: false, padding: [12, 12] });
  }

  function setUpPrinting() {
    window.addEventListener("beforeprint", () => { document.body.classList.add("printing"); fit(); declutterNames(); });
    window.addEventListener("afterprint", () => { document.body.classList.remove("printing"); fit(); });
  }

  setUpChoosers();
  setUpUnits();
  fit();
  L.control.zoom({ zoomInTitle: data.words.zoom_in, zoomOutTitle: data.words.zoom_out }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  data.categories.forEach(setUpFacilities);
  scalePoints();
  map.on("zoomend", scalePoints);
  setUpNames();
  setUpPrinting();
  show();
}
