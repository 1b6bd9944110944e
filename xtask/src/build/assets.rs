//! The two folders of static files: `build/assets` for Cloudflare, which
//! compresses and sets headers itself, and `build/assets-local` for plain
//! `workerd`, where each text or wasm file has a `.br` and a `.gz` sibling.
//!
//! Sources are the panel, `www/gv.d.ts` and `www/assets/**` (console, pictures of the edge's
//! own pages). Files that no source has any more are removed.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{files_under, panel, write_if_changed};
use crate::paths;

/// Headers for files that Cloudflare serves without asking the Worker; the same
/// as `edge/src/assets.rs` sets where it serves them itself.
const HEADERS: &str = "\
/gv.js
  Access-Control-Allow-Origin: *
  Cross-Origin-Resource-Policy: cross-origin
  Cache-Control: public, max-age=300
  X-Content-Type-Options: nosniff
/gv.d.ts
  Access-Control-Allow-Origin: *
  Content-Type: text/plain; charset=utf-8
  Cache-Control: public, max-age=300
  X-Content-Type-Options: nosniff
/gv/*
  Access-Control-Allow-Origin: *
  Cross-Origin-Resource-Policy: cross-origin
  Cache-Control: public, max-age=31536000, immutable
  X-Content-Type-Options: nosniff
/ui/*
  Access-Control-Allow-Origin: *
  Cross-Origin-Resource-Policy: cross-origin
  Cache-Control: public, max-age=300
  X-Content-Type-Options: nosniff
";

pub fn build() -> Result<()> {
    let cloud = paths::assets();
    let local = paths::local_assets();
    let mut cloud_names = BTreeSet::from([PathBuf::from("_headers")]);
    let mut local_names = BTreeSet::new();
    for source in [panel::folder(), paths::root().join("www/assets")] {
        for name in files_under(&source)? {
            if hidden(&name) {
                continue;
            }
            if !cloud_names.insert(name.clone()) {
                bail!("two sources make the static file {}", name.display());
            }
            let content = fs::read(source.join(&name))?;
            write_if_changed(&cloud.join(&name), &content)?;
            local_names.extend(write_local(&local, &name, &content)?);
        }
    }
    let types = Path::new("gv.d.ts");
    let content = fs::read(paths::root().join("www").join(types))?;
    write_if_changed(&cloud.join(types), &content)?;
    cloud_names.insert(types.to_path_buf());
    local_names.extend(write_local(&local, types, &content)?);
    write_if_changed(&cloud.join("_headers"), HEADERS.as_bytes())?;
    remove_others(&cloud, &cloud_names)?;
    remove_others(&local, &local_names)
}

fn hidden(name: &Path) -> bool {
    name.components()
        .any(|part| part.as_os_str().to_string_lossy().starts_with('.'))
}

/// Writes one file and its compressed siblings; returns their names.
///
/// Brotli at full quality is slow, so nothing is done for a file that is there
/// already with the same content.
fn write_local(folder: &Path, name: &Path, content: &[u8]) -> Result<Vec<PathBuf>> {
    let mut names = vec![name.to_path_buf()];
    let compressible = compressible(name);
    if compressible {
        names.extend([with_ending(name, "br"), with_ending(name, "gz")]);
    }
    let complete = names.iter().all(|name| folder.join(name).is_file());
    if complete && fs::read(folder.join(name)).is_ok_and(|there| there == content) {
        return Ok(names);
    }
    if compressible {
        write_if_changed(&folder.join(with_ending(name, "br")), &brotli(content)?)?;
        write_if_changed(&folder.join(with_ending(name, "gz")), &gzip(content)?)?;
    }
    write_if_changed(&folder.join(name), content)?;
    Ok(names)
}

fn with_ending(name: &Path, ending: &str) -> PathBuf {
    let mut text = name.as_os_str().to_os_string();
    text.push(".");
    text.push(ending);
    PathBuf::from(text)
}

/// Pictures and fonts are compressed already.
fn compressible(name: &Path) -> bool {
    let ending = name.extension().and_then(|ending| ending.to_str());
    matches!(
        ending,
        Some(
            "js" | "mjs" | "css" | "html" | "json" | "svg" | "txt" | "wasm" | "xml" | "webmanifest"
        )
    )
}

/// Brotli as a CDN's best: quality 11, the largest common window.
pub fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut compressed, &parameters)
        .context("compressing with brotli")?;
    Ok(compressed)
}

/// Gzip at its best level.
pub fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    encoder.finish().context("compressing with gzip")
}

fn remove_others(folder: &Path, keep: &BTreeSet<PathBuf>) -> Result<()> {
    for name in files_under(folder)? {
        if !keep.contains(&name) {
            fs::remove_file(folder.join(&name))
                .with_context(|| format!("removing the outdated {}", name.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compressed_sibling_keeps_the_whole_name() {
        let name = Path::new("gv/0123456789/panel.js");
        assert_eq!(
            with_ending(name, "br"),
            Path::new("gv/0123456789/panel.js.br")
        );
    }

    #[test]
    fn pictures_are_left_as_they_are() {
        assert!(compressible(Path::new("a.wasm")));
        assert!(!compressible(Path::new("a.webp")));
    }

    #[test]
    fn compression_keeps_every_byte() {
        let text = b"grapevine ".repeat(100);
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut &*brotli(&text).unwrap(), &mut back).unwrap();
        assert_eq!(back, text);
        assert!(gzip(&text).unwrap().len() < text.len());
    }
}
