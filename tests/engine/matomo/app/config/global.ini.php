; <?php exit; ?> DO NOT REMOVE THIS LINE
; What a setting is that config.ini.php does not say.

[database]
port = 3306
tables_prefix =

[General]
salt =
enable_installer = 1
enable_users_admin = 1
enable_sites_admin = 1
enable_internet_features = 1
enable_auto_update = 1
emails_enabled = 1
trusted_hosts[] =

[Tracker]
bulk_requests_require_authentication = 0
tracking_requests_require_authentication = 1
use_third_party_id_cookie = 0
enable_fingerprinting_across_websites = 0
enable_default_location_provider = 1

[Live]
disable_visitor_log = 0
disable_visitor_profile = 0

[Deletelogs]
delete_logs_enable = 0
delete_logs_older_than = 180

[Deletereports]
delete_reports_enable = 0
delete_reports_older_than = 12

[Plugins]
Plugins[] = CoreHome
Plugins[] = Marketplace

[PluginsInstalled]
PluginsInstalled[] = Login
