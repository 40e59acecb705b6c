"""The catalogue site: releases, reports, downloads, dictionary, quality and changes as a folder of static pages.

Everything that is only the site's belongs here. It reads `published/` and the project's own files, nothing else of a home.
"""
