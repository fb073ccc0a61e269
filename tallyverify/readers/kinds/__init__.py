"""The kinds of file that are read: text, workbooks, Parquet, JSON lines; each as a Raw."""
