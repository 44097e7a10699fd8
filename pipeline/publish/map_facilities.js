"use strict";

/**
 * Puts the facilities on the map: a box to switch each category, a tooltip per point, and all names in a list.
 *
 * A stop where too little leaves for the norms is faint. A facility that is there according to a local check has a ring around it; one that such a check removed is listed.
 */
function woonzorgkaartFacilities(map, layers, data) {
  const { byId, circles, element, fill, list } = pageElements;

  /** Black, with a white edge to show on any colour. */
  const RING_STYLES = [{ color: "#ffffff", weight: 5 }, { color: "#000000", weight: 2.2 }];
  const RING_WIDER = 3.5;
  const rings = [];

  /** Faint: it is there, but does not count for the norms. */
  const UNCOUNTED_STYLE = { fillOpacity: 0.3, opacity: 0.5 };

  function addRings(point, radius) {
    const { pane } = point.options;
    return RING_STYLES.map((style) => {
      const ring = L.circleMarker(point.getLatLng(), { ...style, fill: false, interactive: false, pane });
      rings.push({ ring, radius: radius + RING_WIDER, weight: style.weight });
      return ring;
    });
  }

  function setUp(category) {
    const layer = layers[category.code];
    const { names, checks, services, sources, uncounted, removed } = data.facilities[category.code];
    const around = [];
    layer.eachLayer((point) => {
      const { i } = point.feature.properties;
      const lines = [element("p", names[i], "unit-name"), element("p", category.label)];
      if (services[i]) lines.push(element("p", services[i]));
      if (uncounted.includes(i)) point.setStyle(UNCOUNTED_STYLE);
      if (checks[i]) {
        lines.push(element("p", checks[i]));
        around.push(...addRings(point, category.style.radius));
      }
      if (sources[i]) lines.push(element("p", sources[i]));
      point.bindTooltip(() => fill(element("div"), lines), { className: "fact-tip" });
    });
    addChooser(category, L.layerGroup([...around, layer]), names.length);
    const told = (i) => [uncounted.includes(i) && services[i], checks[i]].filter(Boolean).join("; ");
    const listed = names.map((name, i) => (told(i) ? `${name} (${told(i)})` : name));
    byId("facility-list").append(element("h3", `${category.plural} (${names.length})`), list([...listed, ...removed]));
  }

  function addChooser(category, layer, count) {
    const box = element("input");
    box.type = "checkbox";
    box.checked = category.isShown;
    box.addEventListener("change", () => (box.checked ? layer.addTo(map) : layer.remove()));
    if (category.isShown) layer.addTo(map);
    const label = element("label");
    label.append(box, circles(category.style), element("span", category.plural), element("span", String(count), "number"));
    byId("facility-choosers").append(label);
  }

  function explainRings() {
    if (!rings.length) return;
    const line = element("p", undefined, "checked");
    const count = String(rings.length / RING_STYLES.length);
    const symbol = circles(...RING_STYLES.map((style) => ({ ...style, radius: 8 })));
    line.append(symbol, element("span", data.words.checked), element("span", count, "number"));
    byId("facility-choosers").querySelector("legend").after(line);
  }

  /** Seen from afar, whole markers would hide the map. */
  function scale() {
    const factor = Math.max(0.5, Math.min(1, (map.getZoom() - 9) / 5));
    for (const { code, style } of data.categories) {
      layers[code].setStyle({ radius: style.radius * factor, weight: style.weight * factor });
    }
    for (const { ring, radius, weight } of rings) ring.setStyle({ radius: radius * factor, weight: weight * factor });
  }

  data.categories.forEach(setUp);
  explainRings();
  scale();
  map.on("zoomend", scale);
}
