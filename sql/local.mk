# SPDX-License-Identifier: GPL-3.0-or-later
# sql: the schema, installed with its one command: $(pkgdatadir)/sql/apply.
sqldir = $(pkgdatadir)/sql
dist_sql_DATA = \
	sql/00-variables.sql \
	sql/10-roles.sql \
	sql/20-tables.sql \
	sql/30-indexes.sql \
	sql/40-grants.sql
dist_sql_SCRIPTS = sql/apply
