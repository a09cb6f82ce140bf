# SPDX-License-Identifier: GPL-3.0-or-later
# sql: the schema, installed with its commands, $(pkgdatadir)/sql/apply and storage.
sqldir = $(pkgdatadir)/sql
dist_sql_DATA = \
	sql/00-variables.sql \
	sql/10-roles.sql \
	sql/20-tables.sql \
	sql/22-storage.sql \
	sql/25-missing-indexes.sql \
	sql/30-indexes.sql \
	sql/40-grants.sql \
	sql/50-helping-indexes.sql \
	sql/storage-checks.sql \
	sql/storage-compact.sql \
	sql/storage-create.sql \
	sql/storage-functions.sql \
	sql/storage-mark.sql \
	sql/storage-plain.sql \
	sql/storage-status.sql \
	sql/storage-tables.sql \
	sql/storage-upgrade.sql \
	sql/storage-view.sql
dist_sql_SCRIPTS = sql/apply sql/storage
