-- Networks (`.neural`, `.nr`) and research files (`.rnr`) are one language.
vim.filetype.add({ extension = { neural = "neural", nr = "neural", rnr = "neural" } })
