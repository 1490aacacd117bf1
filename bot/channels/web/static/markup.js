// Our neutral markup as nodes: **bold** and lines that begin with "- ". Never as HTML text.

export function toNodes(text) {
  const nodes = document.createDocumentFragment();
  let list = null;
  for (const line of text.split("\n")) {
    if (line.startsWith("- ")) {
      list ??= nodes.appendChild(document.createElement("ul"));
      list.append(inline("li", line.slice(2)));
      continue;
    }
    list = null;
    if (line.trim()) nodes.append(inline("p", line));
  }
  return nodes;
}

function inline(tag, line) {
  const node = document.createElement(tag);
  line.split(/\*\*(.+?)\*\*/).forEach((piece, index) => {
    if (index % 2) node.appendChild(document.createElement("strong")).textContent = piece;
    else if (piece) node.append(piece);
  });
  return node;
}
