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
  const unitLayers = [];
  const nameElements = [];
  let selected = null;
  let aside = null;

  const { byId, element, fill, list, section, swatch } = pageElements;

  // --- what is chosen

  const theme = () => byId("theme").value;
  const group = () => byId("group").value;
  const groupInfo = () => data.groups.find((one) => one.code === group());
  const factsOf = (unit) => data.facts[group()][unit];
  const clusters = () => data.clusters[group()];

  /** The facts of the cluster in which a unit is judged because it is too small by itself, if there is one. */
  const clusterOf = (unit) => clusters()[factsOf(unit).together];

  /** The units that are judged together with the chosen one. */
  const fellows = () => (selected === null ? [] : clusterOf(selected)?.units ?? []);

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
    const isFellow = fellows().includes(unit);
    return {
      fillColor: current.classes[current.of[unit]].fill,
      fillOpacity: isPattern ? 0.85 : 0.78,
      color: unit === selected || isFellow ? "#000000" : isDashed ? "#222222" : "#5a5a5a",
      weight: unit === selected ? 4.5 : isFellow ? 3 : isDashed ? 2.4 : 1.2,
      opacity: 1,
      dashArray: isDashed ? "9 6" : null,
    };
  }

  function restyle() {
    const dashed = choice().dashed;
    unitLayers.forEach((layer, unit) => layer.setStyle(styleOf(unit)));
    unitLayers.forEach((layer, unit) => dashed[unit] && layer.bringToFront());
    for (const unit of fellows()) unitLayers[unit].bringToFront();
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
    byId("group-demands").textContent = groupInfo().demands;
  }

  // --- facts of a unit or a cluster: tooltip, panel, table

  function essentialTable(facts) {
    const table = element("table");
    const head = element("tr");
    fill(head, ["", data.words.walk, data.words.beyond, ""].map((text) => element("th", text)));
    const rows = facts.rows.filter((row) => row.isEssential).map((row) => {
      const line = element("tr");
      const label = data.categories.find((one) => one.code === row.category).label;
      return fill(line, [label, row.median, row.share, row.status].map((text) => element("td", text)));
    });
    table.append(fill(element("thead"), [head]), fill(element("tbody"), rows));
    return table;
  }

  function headLines(facts) {
    return [element("p", `${groupInfo().label}: ${facts.count}`), element("p", `${data.words.verdict}: ${facts.verdict}`, "verdict")];
  }

  function unitLines(unit) {
    const lines = headLines(factsOf(unit));
    if (theme() !== "verdict") lines.push(element("p", choice().values[unit]));
    return lines;
  }

  function tooltip(unit) {
    const facts = factsOf(unit);
    const cluster = clusterOf(unit);
    const { name, kind } = data.units[unit];
    const head = [element("p", `${name} (${kind})`, "unit-name"), ...unitLines(unit)];
    const together = cluster ? [element("p", `${facts.togetherWith}: ${cluster.verdict}; ${cluster.count}`, "verdict")] : [];
    // While the panel tells of one unit, another needs no more than this.
    if (selected !== null) return fill(element("div"), [...head, ...together]);
    const told = cluster ?? facts;
    const reasons = [...told.conclusion, ...told.checks].map((text) => element("p", text));
    const decides = told.decides.map((text) => element("p", `${data.words.decides}: ${text}`));
    return fill(element("div"), [...head, ...together, ...reasons, essentialTable(told), ...decides]);
  }

  function reasonsOf(facts) {
    return [
      ...section(data.words.reasons, [...facts.counts, facts.paths, ...facts.conclusion].filter(Boolean)),
      ...section(data.words.checks, facts.checks),
      ...section(data.words.decides, facts.decides),
    ];
  }

  function clusterPart(facts, cluster) {
    const part = element("section", undefined, "together");
    const rows = cluster.rows.filter((row) => row.isEssential).map((row) => row.sentence);
    return fill(part, [element("h3", facts.togetherWith), ...headLines(cluster), ...reasonsOf(cluster), ...section(data.words.facilities, rows)]);
  }

  function showPanel() {
    const panel = byId("panel");
    panel.hidden = selected === null;
    if (selected === null) return;
    const facts = factsOf(selected);
    const cluster = clusterOf(selected);
    const { name, kind } = data.units[selected];
    const close = element("button", "×", "close");
    close.type = "button";
    close.setAttribute("aria-label", data.words.close);
    close.addEventListener("click", () => { select(null); byId("unit").focus(); });
    const parts = [close, element("h2", `${name} (${kind})`), ...unitLines(selected), ...reasonsOf(facts)];
    if (cluster) parts.push(clusterPart(facts, cluster));
    const title = cluster ? `${data.words.facilities}, ${name} ${data.words.only}` : data.words.facilities;
    parts.push(...section(title, facts.rows.map((row) => row.sentence)));
    fill(panel, parts);
    panel.scrollTop = 0;
  }

  function select(unit) {
    selected = unit;
    byId("unit").value = unit === null ? "" : String(unit);
    restyle();
    showPanel();
    if (unit === null) moveBack();
    else moveBesidePanel([unit, ...fellows()]);
  }

  function moveBesidePanel(units) {
    const bounds = L.latLngBounds(units.map((unit) => unitLayers[unit].getBounds()));
    const room = { paddingTopLeft: [30, 30], paddingBottomRight: [byId("panel").offsetWidth + 40, 30], animate: false };
    const from = aside === null ? map.getCenter() : aside.from;
    for (const place of [bounds.getSouthEast(), bounds.getNorthWest(), bounds.getCenter()]) map.panInside(place, room);
    aside = { from, to: map.getCenter() };
  }

  /** Undoes the moving aside, unless the reader has moved the map since. */
  function moveBack() {
    if (aside !== null && map.getCenter().equals(aside.to)) map.setView(aside.from, undefined, { animate: false });
    aside = null;
  }

  function tableRow(name, kind, facts, unit) {
    const row = element("tr");
    const button = element("button", name);
    button.type = "button";
    button.addEventListener("click", () => { select(unit); byId("unit").focus(); });
    const head = element("th");
    head.scope = "row";
    head.append(button);
    row.append(head);
    const cells = [kind, facts.summary, facts.count, facts.unknownPaths, facts.perKm2, facts.per1000];
    row.append(...cells.map((text) => element("td", text)));
    row.cells[4].className = "paths";
    for (const category of data.categories) {
      const found = facts.rows.find((one) => one.category === category.code);
      const texts = found ? [found.median, found.share, found.status] : [data.words.unknown];
      row.append(fill(element("td"), texts.map((text) => element("span", text))));
    }
    return row;
  }

  /** Units first, then the clusters that they are judged in; choosing a cluster chooses its first unit. */
  function showTable() {
    byId("all-units").classList.toggle("on-foot", groupInfo().demands === "");
    byId("unit-table-caption").textContent = `${data.words.group}: ${groupInfo().label}`;
    fill(byId("unit-rows"), data.units.map(({ name, kind }, unit) => tableRow(name, kind, factsOf(unit), unit)));
    fill(byId("cluster-rows"), clusters().map((one) => tableRow(one.name, one.kind, one, one.units[0])));
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
  woonzorgkaartFacilities(map, layers.facilities, data);
  setUpNames();
  setUpPrinting();
  show();
}
