"""Files that anybody may have made, taken in behind limits: their content, or a sentence that says why not."""
