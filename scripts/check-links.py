"""Links and pictures of a site that lead to no file, or to no place in it.

python3 scripts/check-links.py FOLDER
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links of a page, and the names of its places."""

    def __init__(self, path):
        super().__init__()
        self.links, self.places = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.places.update(filter(None, (attributes.get("id"), attributes.get("name"))))
        link = attributes.get("href") or attributes.get("src")
        if link and tag in ("a", "img", "iframe", "link", "script"):
            self.links.append(link)


def main(folder):
    pages = {path.resolve(): Page(path) for path in sorted(folder.rglob("*.html"))}
    broken = []
    for path, page in pages.items():
        # What is not found is shown at any address, and so has absolute links.
        if path.name == "404.html":
            continue
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                broken.append(f"{path.name}: {link} leads to no file")
            elif parts.fragment and target in pages:
                if unquote(parts.fragment) not in pages[target].places:
                    broken.append(f"{path.name}: {link} leads to no place")
    print("\n".join(broken) or f"{len(pages)} pages, whose links lead somewhere")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
