//! `cargo xtask book`: the guide as a book with a search, in `target/book`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;
use crate::{process, tools};

/// Built without its server, which takes half of the time.
const MDBOOK: &str = "mdbook@0.5.4";

const LIMIT: Duration = Duration::from_secs(120);

/// Runs the command.
pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    if let Some(arg) = args.first() {
        bail!("`book` takes no argument, but got `{arg}`");
    }
    let options = ["--locked", "--no-default-features", "--features", "search"];
    let programs = tools::install(workspace, "mdbook", &[MDBOOK.to_owned()], &options)?;
    let book = workspace.target().join("book");
    let mut command = Command::new(programs.join("mdbook"));
    command.args(["build", "--dest-dir"]).arg(&book).current_dir(workspace.root());
    process::run(&mut command, LIMIT)?;
    let pages = pages(&book)?;
    let broken = broken(&book, &pages);
    if !broken.is_empty() {
        bail!("the book has links that lead nowhere:\n{}", broken.join("\n"));
    }
    println!("{} pages, all links lead somewhere: {}", pages.len(), book.join("index.html").display());
    Ok(())
}

/// Returns the pages of the book by their paths.
fn pages(folder: &Path) -> Result<HashMap<PathBuf, String>> {
    let mut pages = HashMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            pages.extend(self::pages(&path)?);
        // The page for printing has the texts of all others, and the one for errors can be anywhere.
        } else if path.extension().is_some_and(|ending| ending == "html")
            && !["print", "404"].iter().any(|name| path.file_stem().is_some_and(|stem| stem == *name))
        {
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            pages.insert(path, text);
        }
    }
    Ok(pages)
}

/// Returns the links to files and headings that are not in the book.
fn broken(book: &Path, pages: &HashMap<PathBuf, String>) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, page) in pages {
        let links = [" href=\"", " src=\""].into_iter().flat_map(|start| page.split(start).skip(1));
        for link in links.filter_map(|rest| rest.split('"').next()) {
            if link.contains(':') || leads_somewhere(path, pages, link) {
                continue;
            }
            broken.push(format!("{}: {link}", path.strip_prefix(book).unwrap_or(path).display()));
        }
    }
    broken.sort();
    broken
}

fn leads_somewhere(path: &Path, pages: &HashMap<PathBuf, String>, link: &str) -> bool {
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    let mut target = path.to_owned();
    if !file.is_empty() {
        target.pop();
        for part in file.split('/') {
            match part {
                ".." => _ = target.pop(),
                _ => target.push(part),
            }
        }
    }
    let has_heading = |page: &String| heading.is_empty() || page.contains(&format!("id=\"{heading}\""));
    match pages.get(&target) {
        Some(page) => has_heading(page),
        None => target.exists(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_missing_pages_and_headings_are_found() {
        let book = Path::new("/book");
        let page = r##"<a href="two.html#here"> <a href="two.html#there"> <a href="#top"> <h1 id="top">
            <a href="three.html"> <a href="https://example.com"> <img src="picture.svg">"##;
        let pages = HashMap::from([
            (book.join("one.html"), page.to_owned()),
            (book.join("two.html"), r#"<h2 id="here">"#.to_owned()),
            (book.join("part/four.html"), r#"<a href="../two.html"> <a href="two.html">"#.to_owned()),
        ]);
        let expected = [
            "one.html: picture.svg",
            "one.html: three.html",
            "one.html: two.html#there",
            "part/four.html: two.html",
        ];
        assert_eq!(broken(book, &pages), expected);
    }

    #[test]
    fn the_page_for_printing_is_left_out() {
        let folder = std::env::temp_dir().join(format!("book-{}", std::process::id()));
        fs::create_dir_all(folder.join("part")).unwrap();
        for name in ["index.html", "print.html", "404.html", "part/page.html", "book.js"] {
            fs::write(folder.join(name), "").unwrap();
        }
        let mut names: Vec<PathBuf> = pages(&folder).unwrap().into_keys().collect();
        names.sort();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(names, [folder.join("index.html"), folder.join("part/page.html")]);
    }
}
